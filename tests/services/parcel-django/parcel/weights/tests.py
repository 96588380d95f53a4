from unittest import TestCase

from parcel.weights.guess import guess


class Guess(TestCase):
    def test_guess(self):
        self.assertEqual(guess(10), 4.0)
