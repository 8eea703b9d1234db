"""The ``anju`` command: start, prove, measure, manage.

Each subcommand lives in its own module and is imported only when it is called, so that ``anju examples`` needs
no database and ``anju up`` can explain a missing one.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

BENCHES = ("remittance", "settle", "posting", "mixed", "hot", "guard", "check", "statement", "peers", "upload", "pages")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="anju", description="安居：住房公积金网上业务平台")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")

    up = commands.add_parser("up", help="启动全部：数据库、网页、后台作业、模拟器；首次启动时建演示城市")
    up.add_argument("--port", type=int, default=8000, help="网页端口（默认 8000；模拟器用其后三个端口）")
    up.add_argument("--data", type=Path, help="数据文件夹（默认 ./var）")
    up.add_argument("--empty", action="store_true", help="不建演示城市")

    examples = commands.add_parser("examples", help="用产品自己的公式核对算例文件")
    examples.add_argument("file")

    check = commands.add_parser("check", help="核对全部账目和数据的不变式")
    check.add_argument("--data", type=Path, help="数据文件夹（默认 ./var）")

    export = commands.add_parser("export-books", help="把账册导出成文件，交给审计核验（不含姓名、证件号和电话）")
    export.add_argument("--out", type=Path, required=True, help="空的或新的文件夹")
    export.add_argument("--centre", type=int, help="中心机构号（默认本机构）")
    export.add_argument("--data", type=Path, help="数据文件夹（默认 ./var）")
    verify = commands.add_parser("verify-books", help="核验导出的账册，不用数据库")
    verify.add_argument("folder", type=Path)
    verify.add_argument("--heads", type=Path, help="另存的每日封存头文件")

    heads = commands.add_parser("heads", help="做好昨日的封存头，写到 ANJU_HEADS 指定的去处")
    heads.add_argument("--data", type=Path, help="数据文件夹（默认 ./var）")

    bench = commands.add_parser("bench", help="性能测量，每项旁边有同一次运行的底线")
    bench.add_argument("name", choices=(*BENCHES, "suite"))
    bench.add_argument("--members", type=int, default=10_000)
    bench.add_argument("--accounts", type=int, default=0, help="个人账户数（默认由该项决定）")
    bench.add_argument("--clients", type=lambda text: tuple(map(int, text.split("/"))), default=(1, 4, 8))
    bench.add_argument("--connections", type=int, default=1)
    bench.add_argument("--rows", type=int, default=0, help="笔数或行数（默认由该项决定）")
    bench.add_argument("--rounds", type=int, default=5)
    bench.add_argument("--json", action="store_true", help="每行一个 JSON 对象")
    bench.add_argument("--times", type=int, default=3, help="suite：整套测几遍，取中位数")
    bench.add_argument("--only", nargs="*", default=(), help="suite：只测这几项")
    bench.add_argument("--ten-million", action="store_true", help="suite：另测一次一千万户结息（约需 30 GB 磁盘）")
    bench.add_argument("--write", type=Path, help="suite：把结果表写进这个文件（docs/performance.md）")

    simulate = commands.add_parser("simulate", help="随机推演一个小中心：每一步之后核对账目，出错时打印种子和最短经过")
    simulate.add_argument("--seed", type=int, help="随机种子（默认另取一个，并打印出来）")
    simulate.add_argument("--steps", type=int, default=2000)
    simulate.add_argument("--check-every", type=int, default=500, help="每隔多少步完整核对一次")
    simulate.add_argument("--shrink-seconds", type=int, default=180, help="出错后最多用多少秒缩短经过")

    crash = commands.add_parser("crash", help="办事当中随机强行终止网页、作业、数据库，再核对说过的话和账目")
    crash.add_argument("--kills", type=int, default=50, help="终止多少次")
    crash.add_argument("--seed", type=int, help="随机种子（默认另取一个，并打印出来）")
    crash.add_argument("--port", type=int, default=8900, help="网页端口；外部模拟器用其后第 10 到 12 个端口")
    crash.add_argument("--data", type=Path, dest="folder", help="数据文件夹（默认用临时文件夹，用完删除）")

    year = commands.add_parser("demo-year", help="过一个完整的会计年度，再把各张报表和另算的数字对一遍")
    year.add_argument("--people", type=int, default=3, help="每个单位的职工数")

    manage = commands.add_parser("manage", help="Django 自己的命令", add_help=False)
    manage.add_argument("arguments", nargs=argparse.REMAINDER)

    commands.add_parser("worker", help="后台作业进程（anju up 会自己启动它）")
    build = commands.add_parser("demo-build", help="建演示城市（anju up 会自己启动它）")
    build.add_argument("--seed", type=int, default=20261123)

    new = commands.add_parser("new-service", help="建一个新事项的文件夹")
    new.add_argument("name")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; its exit code."""
    chosen = _parser().parse_args(arguments)
    if getattr(chosen, "data", None):
        os.environ["ANJU_DATA"] = str(chosen.data.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anju.project.settings")
    match chosen.command:
        case "examples":
            from anju.command import examples

            return examples.run(chosen.file)
        case "up":
            from anju.command import up

            return up.run(port=chosen.port, empty=chosen.empty)
        case "check":
            from anju.command import check

            return check.run()
        case "export-books":
            from anju.command import export_books

            return export_books.run(chosen.out, centre=chosen.centre)
        case "heads":
            from anju.command import heads

            return heads.run()
        case "verify-books":
            from anju.command import verify_books

            return verify_books.run(chosen.folder, heads=chosen.heads)
        case "bench":
            if chosen.name == "suite":
                from anju.command import bench_suite

                return bench_suite.run(
                    times=chosen.times, ten_million=chosen.ten_million, only=chosen.only, as_json=chosen.json,
                    write=chosen.write,
                )  # fmt: skip
            from anju.command import bench
            from anju.command.bench_ground import Options

            return bench.run(
                chosen.name,
                Options(
                    members=chosen.members, accounts=chosen.accounts, rows=chosen.rows, rounds=chosen.rounds,
                    connections=chosen.connections, clients=chosen.clients,
                ),
                as_json=chosen.json,
            )  # fmt: skip
        case "simulate":
            from anju.command import simulate

            return simulate.run(
                seed=chosen.seed, steps=chosen.steps, check_every=chosen.check_every,
                shrink_seconds=chosen.shrink_seconds,
            )  # fmt: skip
        case "crash":
            from anju.command import crash

            return crash.run(kills=chosen.kills, seed=chosen.seed, port=chosen.port, keep=chosen.folder)
        case "demo-year":
            from anju.command import demo_year

            return demo_year.run(people=chosen.people)
        case "worker":
            from anju.command import worker

            return worker.run()
        case "demo-build":
            from anju.command import demo

            return demo.run(seed=chosen.seed)
        case "new-service":
            from anju.command import new_service

            return new_service.run(chosen.name)
        case _:
            from django.core.management import execute_from_command_line

            execute_from_command_line(["anju manage", *chosen.arguments])
            return 0


if __name__ == "__main__":
    sys.exit(main())
