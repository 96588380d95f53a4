def score(row):
	return sum(row.values())
