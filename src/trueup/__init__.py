"""trueup brings Python ML services up to a team's standard and keeps them there."""
