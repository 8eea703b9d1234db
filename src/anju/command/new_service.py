"""``anju new-service NAME``: the folder of a new service, with every file the contract asks for.

It refuses to overwrite. The code it writes runs; what is left to the author is what nobody can guess: title, numbers,
guide, questions and examples. Until they are there the contract test names each of them.
"""

from __future__ import annotations

import keyword
from pathlib import Path

SERVICES = Path(__file__).resolve().parent.parent / "services"
SKELETON = Path(__file__).resolve().parent / "skeleton"
NEXT = """已建 {folder}。接着：
  1. service.py 写名称和一句话说明；promised_limit 用已有的参数，
     或者在 cities/national/parameters 里加 promise.{name}.yaml；
  2. facts.py、decide.py、effect.py 换成这件事的事实、规则和办理；
  3. guide.md、faq.yaml、examples.yaml 写给人看的文字和算例；
  4. 在 cities/<城市>/parameters/services.on.yaml 里列上 {name}，这个城市才开通；
  5. 用 pytest src/anju/services/tests src/anju/services/{name} 检查，还差什么它会说。写法见 docs/services.md。"""


def run(name: str, *, services: Path = SERVICES) -> int:
    """Make the folder; 1 with one sentence when it cannot."""
    folder = services / name
    if not (name.isascii() and name.isidentifier() and name.islower()) or keyword.iskeyword(name):
        print("事项的名字用小写英文单词和下划线，例如 lift_installation。")
        return 1
    if folder.exists():
        print(f"{folder} 已经有了。")
        return 1
    folder.mkdir()
    title = "".join(part.capitalize() for part in name.split("_"))
    for path in sorted(SKELETON.glob("*.txt")):
        content = path.read_text(encoding="utf-8").replace("NAME", name).replace("TITLE", title)
        (folder / path.name.removesuffix(".txt")).write_text(content, encoding="utf-8")
    print(NEXT.format(folder=folder, name=name))
    return 0
