from detector.main import boxes

def test_boxes():
	assert boxes(11) == [[0, 0, 1, 1]]
	assert boxes(1) == []
