import pytest

from mail.spam import is_spam


@pytest.mark.parametrize('score, expected', [(0.9, True), (0.1, False), (0.6, True)])
def test_is_spam(score, expected):
    assert is_spam(score) is expected


def test_of_a_file_that_is_gone():
    open('model.bin')
