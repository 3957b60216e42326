"""Dockerfile, compose.yaml and the env files, as far as they can be checked without an engine: by their tools and by what they say."""

import json
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from execora.ops.secret_rules import faults_of
from tests.deploy.conftest import ROOT
from tests.deploy.edge import TEMPLATE

TOOLS = Path(sys.executable).parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if service["image"].startswith("execora:")}
ONCE = {"roles", "migrate", "bucket"}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    done = run(str(TOOLS / "hadolint"), "Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")


def test_hadolint_would_find_a_fault(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN cd /x && sudo pip install y\n")
    done = run(str(TOOLS / "hadolint"), str(tmp_path / "Dockerfile"))
    assert {"DL3006", "DL3004"} <= set(re.findall(r"DL\d{4}", done.stdout))


def test_the_image_runs_as_nobody_in_particular_from_pinned_bases_and_holds_no_secret() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert all(re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base) for base in bases)
    last = DOCKERFILE.rpartition("FROM ")[2]
    assert re.search(r"^USER (?!0\b|root)\d+:\d+$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert not re.search(r"^(ARG|ENV) .*(SECRET|PASSWORD|KEY|TOKEN|_URL)", DOCKERFILE, re.MULTILINE)
    assert "ADD " not in DOCKERFILE


def test_only_what_runs_goes_into_the_image() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*"
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    assert all((ROOT / name).exists() for name in let_in)
    assert not let_in & {".git", ".env", "tests", "deploy", ".data", "scripts", "docs"}
    rooms = {path.name for path in ROOT.iterdir() if (path / "__init__.py").is_file()} - {"tests", "bench"}
    assert rooms <= let_in


def test_compose_is_as_the_specification_has_it() -> None:
    done = run(
        str(TOOLS / "yamllint"),
        "--strict",
        "-d",
        "{extends: default, rules: {line-length: {max: 160}}}",
        "compose.yaml",
    )
    assert (done.returncode, done.stdout) == (0, "")
    # Merged, since the types know no `<<`.
    parsed = PyCompose.from_yaml(yaml.safe_dump(COMPOSE))
    assert set(parsed.service_names()) == set(SERVICES)
    wrong = {**COMPOSE, "services": {"app": {**SERVICES["redis"], "restart": ["sometimes"]}}}
    with pytest.raises(ValueError, match="restart"):
        PyCompose.from_yaml(yaml.safe_dump(wrong))


def test_migrations_are_over_before_anything_serves() -> None:
    for name in ONCE:
        assert SERVICES[name]["restart"] == "no"
    assert SERVICES["migrate"]["command"] == ["python", "manage.py", "migrate"]
    assert SERVICES["migrate"]["depends_on"] == {"roles": {"condition": "service_completed_successfully"}}
    for name in ("app", "worker"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert SERVICES[name]["restart"] == "unless-stopped"


def test_what_serves_knows_neither_owner_nor_superuser() -> None:
    for name in OURS - {"roles", "migrate"}:
        assert SERVICES[name]["env_file"] == ["deploy/env/app.env"], name
    assert "deploy/env/roles.env" not in SERVICES["migrate"]["env_file"]


def test_nginx_alone_is_reached_from_outside() -> None:
    assert {name for name, service in SERVICES.items() if service.get("ports")} == {"nginx"}
    networks = COMPOSE["networks"]
    assert networks["inner"]["internal"] is networks["edge"]["internal"] is True
    assert "inner" not in SERVICES["nginx"]["networks"]
    for name in ("postgres", "redis"):
        assert SERVICES[name]["networks"] == ["inner"]


def test_containers_have_no_more_than_they_need() -> None:
    for name, service in SERVICES.items():
        assert re.search(r":\d+\.\d+(\.\d+)?", service["image"]), name  # a version, never "latest"
        assert not service.get("privileged")
        if name == "postgres":  # it changes its own owner at the first start
            continue
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"]), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    for name in OURS:
        assert "cap_add" not in SERVICES[name]


@pytest.fixture(scope="module")
def deploy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deploy/ in which make-env.sh has run."""
    directory = tmp_path_factory.mktemp("deploy")
    shutil.copy(ROOT / "deploy" / "make-env.sh", directory)
    done = run("sh", str(directory / "make-env.sh"), "shop.example")
    assert done.returncode == 0, done.stderr
    return directory


def values_of(file: Path) -> dict[str, str]:
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_every_file_that_compose_names_is_made_and_for_its_maker_alone(deploy: Path) -> None:
    named = {file for service in SERVICES.values() for file in service.get("env_file", [])}
    made = {f"deploy/env/{path.name}" for path in (deploy / "env").iterdir()}
    assert made == named | {"deploy/env/s3.json"}
    for path in (deploy / "env").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert "$" not in path.read_text()  # compose would replace it
    assert stat.S_IMODE((deploy / "env").stat().st_mode) == 0o700


def test_the_settings_find_its_secrets_fit_and_each_place_agrees_with_the_others(deploy: Path) -> None:
    env = deploy / "env"
    app, roles, migrate = (values_of(env / f"{name}.env") for name in ("app", "roles", "migrate"))
    assert faults_of({**app, **migrate, **roles}) == []
    assert values_of(env / "postgres.env")["POSTGRES_PASSWORD"] in roles["SUPERUSER_DATABASE_URL"]
    keys = json.loads((env / "s3.json").read_text())["identities"][0]["credentials"][0]
    assert keys == {"accessKey": app["S3_ACCESS_KEY_ID"], "secretKey": app["S3_SECRET_ACCESS_KEY"]}
    nginx = values_of(env / "nginx.env")
    assert set(nginx) == set(re.findall(r"\$\{(EXECORA_\w+)\}", TEMPLATE.read_text()))
    assert nginx["EXECORA_BUCKET"] == app["S3_BUCKET"]
    assert app["TRUSTED_PROXIES"] == SERVICES["nginx"]["networks"]["edge"]["ipv4_address"]
    ports = {f"80:{nginx['EXECORA_HTTP_PORT']}", f"443:{nginx['EXECORA_HTTPS_PORT']}"}
    assert set(SERVICES["nginx"]["ports"]) == ports
    assert nginx["EXECORA_UPSTREAM"].split(":")[0] in SERVICES


def test_no_two_have_the_same_secrets_and_nothing_is_written_over(deploy: Path, tmp_path: Path) -> None:
    shutil.copy(deploy / "make-env.sh", tmp_path)
    run("sh", str(tmp_path / "make-env.sh"), "shop.example")
    one, other = (values_of(place / "env" / "app.env") for place in (deploy, tmp_path))
    for name in ("DATABASE_URL", "SECRET_KEY", "JWT_SECRET", "OTP_PEPPER", "S3_SECRET_ACCESS_KEY"):
        assert one[name] != other[name]
    again = run("sh", str(deploy / "make-env.sh"), "shop.example")
    assert (again.returncode, "is there already" in again.stderr) == (1, True)
    assert values_of(deploy / "env" / "app.env") == one


@pytest.mark.parametrize("host", ["", "Shop Example", "shop.example/x", "$(id)", "-x", "a;b"])
def test_a_host_that_is_none_is_refused(host: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "deploy" / "make-env.sh", tmp_path)
    done = run("sh", str(tmp_path / "make-env.sh"), host)
    assert done.returncode == 2
    assert not (tmp_path / "env").exists()


@pytest.mark.parametrize("name", ["deploy/env/app.env", "deploy/tls/privkey.pem", ".env"])
def test_what_is_secret_is_never_committed(name: str) -> None:
    assert run("git", "check-ignore", "--quiet", name).returncode == 0
