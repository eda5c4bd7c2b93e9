"""Each dependency is argued for, and both lock files agree."""

import re
import tomllib

from billing_site.embedded.places import CHECKOUT


def locked(name: str) -> dict[str, str]:
    lines = (CHECKOUT / "requirements" / name).read_text().splitlines()
    pins = (re.match(r"([a-z0-9._-]+)==(\S+)", line) for line in lines)
    return {pin[1]: pin[2] for pin in pins if pin}


def named(requirements: list[str]) -> list[str]:
    return [re.split(r"[^a-z0-9._-]", requirement)[0] for requirement in requirements]


def test_each_direct_dependency_has_its_sentence() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    text = (CHECKOUT / "docs" / "dependencies.md").read_text()
    explained = re.findall(r"^\| ([a-z0-9._-]+) \| .+\. \|$", text, re.M)
    assert explained == named(project["dependencies"]) + named(project["optional-dependencies"]["test"])


def test_the_test_list_holds_the_run_list() -> None:
    run, test = locked("run.txt"), locked("test.txt")
    assert len(run) > 40
    assert run.items() <= test.items()


def test_the_lists_name_no_index_and_pin_every_file() -> None:
    for name in ("run.txt", "test.txt", "uv.txt"):
        text = (CHECKOUT / "requirements" / name).read_text()
        assert "://" not in text
        for block in re.split(r"\n(?=[a-z])", text):
            assert "--hash=sha256:" in block, block
