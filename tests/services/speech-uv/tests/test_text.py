from speech_uv.text import clean


def test_clean():
    assert clean(' a  b ') == 'a b'
