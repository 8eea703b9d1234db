"""The chart of subjects of the fund's accounting method (reference data)."""

from django.db import migrations

# (code, name, balance stands on the debit side, controls member lines)
SUBJECTS = [
    ("101", "住房公积金存款", True, False),
    ("102", "增值收益存款", True, False),
    ("111", "应收利息", True, False),
    ("119", "其他应收款", True, False),
    ("121", "委托贷款", True, False),
    ("122", "逾期贷款", True, False),
    ("124", "国家债券", True, False),
    ("201", "住房公积金", False, True),
    ("211", "应付利息", False, False),
    ("214", "专项应付款", False, False),
    ("214-02", "专项应付款——城市廉租住房建设补充资金", False, False),
    ("219", "其他应付款", False, False),
    ("301", "贷款风险准备", False, False),
    ("311", "增值收益", False, False),
    ("321", "增值收益分配", False, False),
    ("321-01", "增值收益分配——提取贷款风险准备", False, False),
    ("321-02", "增值收益分配——提取管理费用", False, False),
    ("321-03", "增值收益分配——提取廉租住房补充资金", False, False),
    ("321-04", "增值收益分配——待分配", False, False),
    ("401", "业务收入", False, False),
    ("401-01", "业务收入——住房公积金利息收入", False, False),
    ("401-02", "业务收入——增值收益利息收入", False, False),
    ("401-03", "业务收入——委托贷款利息收入", False, False),
    ("401-04", "业务收入——国家债券利息收入", False, False),
    ("401-05", "业务收入——其他收入", False, False),
    ("411", "业务支出", True, False),
    ("411-01", "业务支出——住房公积金利息支出", True, False),
    ("411-02", "业务支出——归集手续费支出", True, False),
    ("411-03", "业务支出——委托贷款手续费支出", True, False),
]


def fill(apps, schema_editor):
    """Write the chart."""
    subject = apps.get_model("ledger", "Subject")
    subject.objects.bulk_create(
        subject(code=code, name=name, debit_side=debit, member_control=control)
        for code, name, debit, control in SUBJECTS
    )


def empty(apps, schema_editor):
    """Take the chart away again."""
    apps.get_model("ledger", "Subject").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_guards")]
    operations = [migrations.RunPython(fill, empty)]
