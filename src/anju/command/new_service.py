"""``anju new-service NAME``: the folder of a new service, with every file the contract asks for.

It refuses to overwrite. What it writes does not pass the contract test until the service has been thought out:
guide and questions are empty on purpose.
"""

from __future__ import annotations

import keyword
from pathlib import Path

FILES = {
    "__init__.py": "",
    "labels.py": '"""The facts of this service, by name, as people read them."""\n\nLABELS: dict[str, str] = {}\n',
    "form.py": '"""What the applicant states."""\n\nfrom __future__ import annotations\n\n'
    "from anju.casework.fields import ServiceForm\n\n\nclass {title}Form(ServiceForm):\n"
    '    """Only fields with a stated legal purpose."""\n',
    "guide.md": "",
    "faq.yaml": "",
    "examples.yaml": "",
}


def run(name: str) -> int:
    """Make the folder; 1 with one sentence when it cannot."""
    folder = Path(__file__).resolve().parent.parent / "services" / name
    if not name.isidentifier() or not name.islower() or keyword.iskeyword(name):
        print("事项的名字用小写英文单词和下划线，例如 lift_installation。")
        return 1
    if folder.exists():
        print(f"{folder} 已经有了。")
        return 1
    folder.mkdir()
    title = "".join(part.capitalize() for part in name.split("_"))
    for file, content in FILES.items():
        (folder / file).write_text(content.replace("{title}", title))
    print(f"已建 {folder}。接着写 facts.py、decide.py、effect.py、service.py 和三份文字，写法见 docs/services.md。")
    return 0
