"""Runs in the environment of the session `helm`: lints and renders charts, validates what comes of them, packs and pushes.

`python _render.py TARGET CHART... [options]`; imports nothing of trueup, for it is not installed there.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped,import-not-found,unused-ignore]
import yaml

try:
    import helm_python  # type: ignore[import-untyped,import-not-found,unused-ignore]
except ImportError:  # the program `helm` is there instead
    helm_python = None  # type: ignore[assignment,unused-ignore]

RELEASE, NAMESPACE = 'release', 'default'
STAND_IN = {'image': {'digest': f'sha256:{"0" * 64}'}}
"""The pipeline hands over the digest of the image that it built; until then any will do."""
WARNING = 2
EMPTY_DIGEST = re.compile(r'(?m)^(image:[ \t]*\n(?:(?:[ \t].*)?\n)*?[ \t]+digest:)[ \t]*(?:""|\'\')?[ \t]*$')
USER, PASSWORD = 'REGISTRY_USERNAME', 'REGISTRY_PASSWORD'


def values_files(chart: Path) -> list[Path]:
    """The values of each environment beside values.yaml."""
    return sorted(
        path
        for path in chart.iterdir()
        if path.suffix in ('.yaml', '.yml') and 'values' in path.stem.lower() and path.stem != 'values'
    )


def takes_digest(chart: Path) -> bool:
    """Whether the chart's image goes by its digest."""
    path = chart / 'values.yaml'
    values = yaml.safe_load(path.read_text(encoding='utf-8')) if path.is_file() else None
    image = values.get('image') if isinstance(values, dict) else None
    return isinstance(image, dict) and 'digest' in image and not image['digest']


class Program:
    """The program `helm`."""

    def lint(self, chart: Path) -> list[str]:
        """What it complains about."""
        done = self._call('lint', str(chart))
        return [] if done.returncode == 0 else [line for line in done.stdout.splitlines() if '[ERROR]' in line]

    def render(self, chart: Path, values: Path | None, *, more: dict[str, Any]) -> str:
        """The objects as YAML; raises ValueError with what is wrong."""
        words = ['--values', str(values)] if values else []
        words += ['--set-string', f'image.digest={more["image"]["digest"]}'] if more else []
        done = self._call('template', RELEASE, str(chart), '--namespace', NAMESPACE, *words)
        if done.returncode:
            raise ValueError(done.stderr.strip())
        return done.stdout

    def package(self, chart: Path, target: Path, version: str) -> Path:
        """The archive of a chart under a version; raises ValueError."""
        words = ['--version', version, '--app-version', version, '--destination', str(target)]
        said = self._done('package', str(chart), *words)
        return Path(said.rpartition(': ')[2].strip())

    def push(self, archive: Path, address: str) -> None:
        """Hand an archive to a registry, as whoever the environment names; raises ValueError."""
        if os.environ.get(PASSWORD):
            host = address.removeprefix('oci://').partition('/')[0]
            words = ['--username', os.environ.get(USER, ''), '--password-stdin']
            self._done('registry', 'login', host, *words, given=os.environ[PASSWORD])
        self._done('push', str(archive), address)

    def _done(self, *arguments: str, given: str = '') -> str:
        done = self._call(*arguments, given=given)
        if done.returncode:
            raise ValueError(done.stderr.strip())
        return done.stdout

    @staticmethod
    def _call(*arguments: str, given: str = '') -> subprocess.CompletedProcess[str]:
        return subprocess.run(['helm', *arguments], check=False, capture_output=True, text=True, input=given)


class Engine:
    """Helm's engine as a library, where the program is not installed."""

    def lint(self, chart: Path) -> list[str]:
        """What it complains about."""
        found = helm_python.lint(str(chart))['messages']
        return [f'{each["path"]}: {each["error"]}' for each in found if each['severity'] > WARNING]

    def render(self, chart: Path, values: Path | None, *, more: dict[str, Any]) -> str:
        """The objects as YAML; raises ValueError with what is wrong."""
        given = yaml.safe_load(values.read_text(encoding='utf-8')) or {} if values else {}
        for key, value in more.items():
            given[key] = {**(given.get(key) or {}), **value}
        try:
            with helm_python.Chart.load(str(chart)) as loaded:
                loaded.validate_schema(given)
                files = loaded.render(given, name=RELEASE, namespace=NAMESPACE)
        except helm_python.HelmError as error:
            raise ValueError(str(error)) from error
        return '\n---\n'.join(text for path, text in sorted(files.items()) if path.endswith(('.yaml', '.yml')))

    def package(self, chart: Path, target: Path, version: str) -> Path:
        """The archive of a chart under a version; raises ValueError."""
        try:
            return Path(helm_python.package(str(chart), destination=str(target), version=version, app_version=version))
        except helm_python.HelmError as error:
            raise ValueError(str(error)) from error

    def push(self, archive: Path, address: str) -> None:
        """Hand an archive to a registry, as whoever the environment names; raises ValueError."""
        try:
            with helm_python.RegistryClient() as client:
                if os.environ.get(PASSWORD):
                    host = address.removeprefix('oci://').partition('/')[0]
                    client.login(host, os.environ.get(USER, ''), os.environ[PASSWORD])
                client.push(str(archive), address)
        except helm_python.HelmError as error:
            raise ValueError(str(error)) from error


def judge(documents: list[dict[str, Any]], version: str | None) -> Iterator[tuple[str, bool]]:
    """What is said of each object, and whether it is wrong."""
    for item in documents:
        name = f'{item.get("kind")} {(item.get("metadata") or {}).get("name")}'
        try:
            kubernetes_validate.validate(item, version or kubernetes_validate.latest_version(), strict=True)
        except kubernetes_validate.ValidationError as error:
            yield f'{name}: {".".join(map(str, error.path)) or "object"}: {error.message}', True
        except (kubernetes_validate.SchemaNotFoundError, kubernetes_validate.InvalidSchemaError):
            yield f'{name}: not checked, Kubernetes has no schema for {item.get("apiVersion")}', False


def check(chart: Path, target: Path, version: str | None) -> tuple[dict[str, int], int]:
    """Objects by report, and the number of mistakes; everything is said on the way."""
    engine = Program() if shutil.which('helm') else Engine()
    wrong = engine.lint(chart)
    for line in wrong:
        print(f'{chart}: {line}')
    mistakes, counts = len(wrong), {}
    more = STAND_IN if takes_digest(chart) else {}
    for values in (None, *values_files(chart)):
        label = values.name if values else 'values.yaml'
        try:
            text = engine.render(chart, values, more=more)
        except ValueError as error:
            print(f'{chart}, {label}: {error}')
            mistakes += 1
            continue
        report = target / f'{"-".join(chart.parts) or "chart"}-{Path(label).stem}.yaml'
        report.write_text(text, encoding='utf-8')
        documents = [each for each in yaml.safe_load_all(text) if isinstance(each, dict)]
        counts[report.name] = len(documents)
        for line, is_wrong in judge(documents, version):
            print(f'{chart}, {label}: {line}')
            mistakes += is_wrong
        print(f'{chart}, {label}: {len(documents)} objects')
    return counts, mistakes


def with_digest(chart: Path, target: Path, digest: str) -> Path:
    """A copy of a chart whose own values name the image: whoever installs this version runs that very image."""
    copy = target / chart.resolve().name
    shutil.copytree(chart, copy)
    path = copy / 'values.yaml'
    if digest and path.is_file():
        text, count = EMPTY_DIGEST.subn(rf'\g<1> "{digest}"', path.read_text(encoding='utf-8'), count=1)
        if count:
            path.write_text(text, encoding='utf-8')
    return copy


def deliver(chart: Path, chosen: argparse.Namespace) -> int:
    """Pack a chart, and push it where that is asked; the number of mistakes."""
    engine = Program() if shutil.which('helm') else Engine()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            copy = with_digest(chart, Path(scratch), chosen.digest)
            archive = engine.package(copy, chosen.package, chosen.version)
        print(f'{chart}: {archive}')
        if chosen.push:
            engine.push(archive, chosen.push)
            print(f'{chart}: pushed to {chosen.push}')
    except ValueError as error:
        print(f'{chart}: {error}')
        return 1
    return 0


def read_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """What the session, and whoever called it, want."""
    parser = argparse.ArgumentParser(prog='nox -s helm --')
    parser.add_argument('target', type=Path)
    parser.add_argument('charts', type=Path, nargs='+')
    parser.add_argument('--kubernetes', help='version whose schemas count, such as 1.34; the newest without it')
    parser.add_argument('--package', type=Path, help='folder for the archives')
    parser.add_argument('--version', help='version of the archives')
    parser.add_argument('--digest', default='', help='digest of the image')
    parser.add_argument('--push', help='address of a registry, oci://...')
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """0: nothing is wrong."""
    chosen = read_arguments(argv)
    results = [check(chart, chosen.target, chosen.kubernetes) for chart in chosen.charts]
    counts = {name: count for found, _ in results for name, count in found.items()}
    (chosen.target / 'counts.json').write_text(json.dumps(counts), encoding='utf-8')
    mistakes = sum(wrong for _, wrong in results)
    if not mistakes and chosen.package:
        chosen.package.mkdir(parents=True, exist_ok=True)
        mistakes = sum(deliver(chart, chosen) for chart in chosen.charts)
    return 1 if mistakes else 0


if __name__ == '__main__':
    sys.exit(main())
