from linked.load import size


def test_size(tmp_path):
    (tmp_path / 'x').write_bytes(b'abc')
    assert size(tmp_path / 'x') == 3
