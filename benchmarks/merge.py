"""`git merge-file`, `copier update` and trueup on past template updates of real projects, judged by what people committed.

    python benchmarks/merge.py PROJECT... --template OWNER/NAME=CLONE... [--renders DIR] [--copier]
    python benchmarks/merge.py --scenarios DIR
    python benchmarks/merge.py --speed

Projects and templates are clones given on the command line. Rendering runs code of the templates, as Copier's `--trust`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from _judge import kind_of  # noqa: E402
from _tools import STATES, TOOLS, Result, Score, git_merge, score, trueup_merge  # noqa: E402
from _updates import Case, Templates, Update, address, at_parent, cases, updates  # noqa: E402

Scores = dict[str, list[tuple[Case, Score]]]
GIT = 'git merge-file'
COPIER = 'copier update'


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or '').partition('\n')[0])
    parser.add_argument('projects', nargs='*', type=Path)
    parser.add_argument('--template', action='append', default=[], metavar='OWNER/NAME=CLONE')
    parser.add_argument('--renders', type=Path, help='keep rendered versions here')
    parser.add_argument('--copier', action='store_true', help='run the real `copier update` too')
    parser.add_argument('--scenarios', type=Path, metavar='DIR', help='replay written scenarios with their judge.py')
    parser.add_argument('--speed', action='store_true', help='time generated files')
    given = parser.parse_args(arguments)
    if given.scenarios:
        scenarios(given.scenarios)
    if given.speed:
        speed()
    if given.projects:
        with tempfile.TemporaryDirectory() as scratch:
            renders = (given.renders or Path(scratch)).resolve()
            renders.mkdir(parents=True, exist_ok=True)
            pairs = [one.partition('=') for one in given.template]
            clones = {address(name): Path(clone).resolve() for name, _, clone in pairs}
            replay([path.resolve() for path in given.projects], Templates(clones, renders), copier=given.copier)
    return 0


def replay(projects: Sequence[Path], templates: Templates, *, copier: bool) -> None:
    """Merge every file of every update with every tool, and print the tables."""
    scores: Scores = {}
    counts: Counter[str] = Counter()
    for update in (update for project in projects for update in updates(project)):
        found = cases(update, templates)
        counts['not rendered' if found is None else 'updates'] += 1
        if found is None:
            continue
        counts['deleted by the maintainers'] += found[1]
        start = time.perf_counter()
        whole = copied(update, templates) if copier else None
        spent = (time.perf_counter() - start) / max(1, len(found[0]))
        counts['copier update not run'] += copier and whole is None
        for case in found[0]:
            sides = case.base, case.ours, case.theirs
            results = {name: tool(*sides, case.path) for name, tool in TOOLS.items()}
            if whole is not None and case.path in whole:
                results[COPIER] = Result(whole[case.path], '<<<<<<< ' not in whole[case.path], spent)
            for name, result in results.items():
                scores.setdefault(name, []).append((case, score(result, sides, case.wanted, case.path)))
    print(', '.join(f'{name}: {number}' for name, number in counts.items()))
    tables(scores)


def copied(update: Update, templates: Templates) -> Mapping[str, str] | None:
    """The files after a real `copier update`; None where it can not be run (another template, an error)."""
    from copier import run_update  # late: only where asked for

    clone = templates.clone(str(update.new['_src_path']))
    if clone is None or update.old['_src_path'] != update.new['_src_path']:
        return None
    data = {key: value for key, value in update.new.items() if key[0] != '_'}
    with at_parent(update) as place, warnings.catch_warnings():
        warnings.simplefilter('ignore')
        answers = place / '.copier-answers.yml'
        source = str(update.old['_src_path'])
        answers.write_text(answers.read_text('utf-8').replace(source, f'git+file://{clone}'), 'utf-8')
        commit_all(place)
        try:
            version = str(update.new['_commit'])
            run_update(place, data=data, vcs_ref=version, defaults=True, overwrite=True, quiet=True, unsafe=True,
                       skip_tasks=True)  # fmt: skip
        except Exception as error:  # pylint: disable=broad-exception-caught  # Copier raises dozens of kinds
            print(f'{update.name}: copier update: {" ".join(str(error).split())[:90]}')
            return None
        from _updates import read_folder

        return read_folder(place)


def commit_all(place: Path) -> None:
    """Commit, since Copier refuses a dirty tree."""
    from _updates import git

    git(place, '-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-a', '-m', 'bench')


def tables(scores: Scores) -> None:
    """Print one line per tool, then per type of file, then what trueup resolves beyond Git."""
    print(
        f'\n{"":18}{"files":>6}'
        + ''.join(f'{state:>12}' for state in STATES)
        + f'{"lost":>6}{"clean":>7}{"ms/file":>9}'
    )
    for name, pairs in scores.items():
        states = Counter(one.state for _, one in pairs)
        names = {case.update for case, _ in pairs}
        open_ = {case.update for case, one in pairs if not one.done}
        lost = sum(bool(one.lost) for _, one in pairs)
        spent = 1000 * sum(one.seconds for _, one in pairs) / len(pairs)
        row = ''.join(f'{states[state]:12}' for state in STATES)
        print(f'{name:18}{len(pairs):6}{row}{lost:6}{len(names - open_):4}/{len(names)}{spent:8.1f}')
    print('(clean: updates without any conflict)\n\nper type of file: ' + ' / '.join((*STATES, 'lost')))
    for kind in sorted({kind_of(case.path) for case, _ in scores[GIT]}):
        cells = []
        for name, pairs in scores.items():
            mine = [one for case, one in pairs if kind_of(case.path) == kind]
            states = Counter(one.state for one in mine)
            lost = sum(bool(one.lost) for one in mine)
            cells.append(f'{name} ' + ' / '.join(str(states[state]) for state in STATES) + f' / {lost}')
        print(f'  {kind:11}' + '   '.join(cells))
    beyond(scores)


def beyond(scores: Scores) -> None:
    """What becomes of the files that Git leaves open."""
    left = {case for case, one in scores[GIT] if not one.done}
    print(f'\nof {len(left)} files that {GIT} leaves open:')
    for name, pairs in scores.items():
        mine = [one for case, one in pairs if case in left]
        done = [one for one in mine if one.done]
        if name == GIT or not done:
            continue
        right = sum(one.right for one in done)
        still = len(mine) - len(done)
        print(f'  {name}: unresolved {still} ({still / len(mine):.0%}), resolved {len(done)}: {right} right, '
              f'{len(done) - right} differ ({1 - right / len(done):.0%})')  # fmt: skip
        rules(done)


def rules(scores: Sequence[Score]) -> None:
    """How often each rule gave what the maintainers have at the same key (of a file without keys: the whole text)."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for heuristic, good in (verdict for one in scores for verdict in one.verdicts):
        (right if good else wrong)[heuristic] += 1
    for name, _ in (right + wrong).most_common():
        print(f'    {name:27}{right[name]:5} right{wrong[name]:5} differ')


def scenarios(place: Path) -> None:
    """Replay written scenarios and let their own judge compare."""
    spec = importlib.util.spec_from_file_location('judge', place / 'judge.py')
    if spec is None or spec.loader is None:
        raise SystemExit(f'{place} has no judge.py')
    judge = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(judge)
    right: Counter[str] = Counter()
    found = sorted(place.glob('*/scenario.json'))
    for file in found:
        data = json.loads(file.read_text('utf-8'))
        base, ours, theirs, wanted = (
            (file.parent / side / data['file']).read_bytes().decode() for side in ('base', 'ours', 'theirs', 'expected')
        )
        for name, tool in TOOLS.items():
            result = tool(base, ours, theirs, data['file'])
            if result.clean != (data['expect'] == 'merge'):
                continue
            right[name] += not result.clean or judge.judge(data['judge'], result.text, wanted, base)
    for name in TOOLS:
        print(f'{name}: {right[name]} of {len(found)} scenarios right')


ENTRIES = {
    'a.toml': '[t{0}]\nkey = {0}\n', 'a.yaml': 'key{0}:\n  inner: {0}\n', 'a.ini': '[s{0}]\nkey = {0}\n',
    'a.json': '{{"key": {0}}}\n', 'requirements.txt': 'package{0}==1.{0}\n', '.gitignore': 'folder{0}/\n',
    'Makefile': 't{0}:\n\techo {0}\n', 'Dockerfile': 'RUN echo {0}\n', 'Jenkinsfile': 'echo {0}\n',
    'a.md': '## s{0}\n\ntext {0}\n', 'a.py': 'name{0} = {0}\n', 'a.txt': 'line {0}\n',
}  # fmt: skip


def speed() -> None:
    """Time 1,000 typical files, files that Git merges alone, and texts that are too large to compare."""
    toml = (
        '[project]\nname = "x"\ndependencies = [\n'
        + ''.join(f'    "package-{n}>=1.{n}",\n' for n in range(100))
        + ']\n'
    )
    toml += ''.join(f'\n[tool.t{n}]\nvalue = {n}\n' for n in range(15))
    values = ''.join(f'service{n}:\n  port: {8000 + n}\n  image:\n    tag: "1.{n}"\n' for n in range(50))
    samples = (('pyproject.toml', toml, ('"package-40>=1.40"', '"package-41>=1.41"'), '2.0'),
               ('values.yaml', values, ('port: 8020', 'tag: "1.20"'), '7'))  # fmt: skip
    triples = []
    for number in range(500):
        for path, text, (one, two), more in samples:
            ours, theirs = text.replace(one, f'{one[:-1]}{number}{one[-1]}'), text.replace(
                two, f'{two[:-1]}{more}{two[-1]}'
            )
            triples.append((path, f'# {number}\n{text}', f'# {number}\n{ours}', f'# {number}\n{theirs}'))
    start = time.process_time()
    for path, base, ours, theirs in triples:
        trueup_merge(base, ours, theirs, path)
    print(f'{len(triples)} typical files, neighbouring changes: {time.process_time() - start:.1f} CPU s')
    clean = [
        (path, base, ours, base + ('x = 1\n' if path.endswith('toml') else 'x: 1\n'))
        for path, base, ours, _ in triples[:100]
    ]
    spent = [
        sum(tool(base, ours, theirs, path).seconds for path, base, ours, theirs in clean)
        for tool in (git_merge, trueup_merge)
    ]
    print(
        f'{len(clean)} files that Git merges alone: git {spent[0]:.2f} s, trueup {spent[1]:.2f} s, {spent[1] / spent[0]:.1f} times'
    )
    hard = {
        'nested lists': ('a.json', '[' * 20000 + ']' * 20000 + '\n'),
        '50,000 lines alike': ('a.txt', 'a\n' * 50000),
        'one line of 5 MB': ('a.md', 'word ' * 1_000_000 + '\n'),
        '3,000 keys in a table': ('a.toml', ''.join(f'key{number} = {number}\n' for number in range(3000))),
        '3,000 items in a list': ('a.yaml', ''.join(f'- name: n{number}\n' for number in range(3000))),
    }
    for path, entry in ENTRIES.items():
        hard[f'5 MB of {path}'] = (path, ''.join(entry.format(number) for number in range(5_000_000 // len(entry))))
    for name, (path, text) in hard.items():
        ours, theirs = text.replace('1', '2', 3), text + text[-20:] + text[: len(text) // 2].replace('7', '8', 500)
        start = time.process_time()
        trueup_merge(text, ours, theirs, path)
        print(f'{name}: {time.process_time() - start:.2f} CPU s')


if __name__ == '__main__':
    sys.exit(main())
