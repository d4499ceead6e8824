"""The hooks and the action: what they run is there, and pre-commit itself runs the hooks.

pre-commit would build an environment for a hook of language python, which needs a registry of
packages. Here the hooks are its own entries and files, in the language system.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
HOOKS = ROOT / ".pre-commit-hooks.yaml"
FINE = "nnspec: 1\nmodel:\n  - Input: [4]\n  - Dense: 1\n"
BROKEN = "nnspec: 1\nmodel:\n  - Input: [4]\n  - Desne: 1\n"
UGLY = "nnspec: 1\nmodel:\n- {Input: [4]}   # four\n- {Dense: 1}\n"
STYLED = "nnspec: 1\nmodel:\n  - Input: [4]  # four\n  - Dense: 1\n"


class Repository:
    """A repository of somebody who uses the hooks."""

    def __init__(self, folder: Path, hooks: Path, programs: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            "PATH": os.pathsep.join([str(programs), os.environ["PATH"]]),
            "PRE_COMMIT_HOME": str(folder.with_name("cache")),
            "GITHUB_ACTIONS": "",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        start(folder, self.environment)
        revision = self.run("git", "-C", str(hooks), "rev-parse", "HEAD").stdout.strip()
        used = [{"id": "nnspec-validate"}, {"id": "nnspec-fmt"}]
        config = {"repos": [{"repo": str(hooks), "rev": revision, "hooks": used}]}
        self.write(".pre-commit-config.yaml", yaml.safe_dump(config))

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.run("git", "add", name)

    def check(self) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose")


def start(folder: Path, environment: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    command = ["git", "init", "--quiet", str(folder)]
    subprocess.run(command, env=environment, check=True)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    programs, hooks = tmp_path / "bin", tmp_path / "hooks"
    programs.mkdir()
    program = programs / "nnspec"
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{ROOT / 'cli.py'}' \"$@\"\n")
    program.chmod(0o755)
    start(hooks, dict(os.environ))
    text = HOOKS.read_text(encoding="utf-8").replace("language: python", "language: system")
    (hooks / HOOKS.name).write_text(text, encoding="utf-8")
    author = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["add", "."], [*author, "commit", "--quiet", "-m", "hooks"]):
        subprocess.run(["git", "-C", str(hooks), *command], check=True)
    return Repository(tmp_path / "repository", hooks, programs)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_pre_commit_refuses_a_broken_spec_at_its_line_and_passes_a_fine_one(
    repository: Repository,
) -> None:
    repository.write("specs/net.yaml", BROKEN)
    repository.write("services.yaml", "services: [web]\n")
    refused = repository.check()
    assert refused.returncode == 1
    assert "specs/net.yaml:4:5:" in refused.stdout
    assert "services.yaml" not in refused.stdout
    repository.write("specs/net.yaml", FINE)
    passed = repository.check()
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert passed.stdout.count("Passed") == 2


@pytest.mark.slow
def test_pre_commit_rewrites_a_spec_and_stops_the_commit_once(repository: Repository) -> None:
    repository.write("net.nnspec.yaml", UGLY)
    first = repository.check()
    assert first.returncode == 1
    assert "files were modified by this hook" in first.stdout
    assert (repository.folder / "net.nnspec.yaml").read_text(encoding="utf-8") == STYLED
    repository.run("git", "add", ".")
    assert repository.check().returncode == 0


def action() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return loaded


def test_the_action_keeps_the_schema_of_actions() -> None:
    program = str(Path(sys.executable).with_name("check-jsonschema"))
    command = [program, "--builtin-schema", "vendor.github-actions", str(ROOT / "action.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_uses_no_input_that_it_does_not_declare() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    used = {part.partition(" ")[0] for part in text.replace("inputs.", "\0").split("\0")[1:]}
    assert used == set(action()["inputs"])


@pytest.mark.parametrize(("text", "code"), [(FINE, 0), (BROKEN, 1), (UGLY, 1)])
def test_the_commands_of_the_action_judge_specs(tmp_path: Path, text: str, code: int) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "net.yaml").write_text(text, encoding="utf-8")
    bash = shutil.which("bash")
    assert bash
    scripts = [step["run"] for step in action()["runs"]["steps"] if "fmt" in step.get("run", "")]
    scripts += [step["run"] for step in action()["runs"]["steps"] if "valid" in step.get("run", "")]
    program = f"nnspec() {{ '{sys.executable}' '{ROOT / 'cli.py'}' \"$@\"; }}; set -e\n"
    environment = {**os.environ, "FILES": "specs/*.yaml", "ARGUMENTS": "--format text"}
    done = subprocess.run(
        [bash, "-c", program + "\n".join(scripts)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert len(scripts) == 2
    assert done.returncode == code, done.stdout + done.stderr
