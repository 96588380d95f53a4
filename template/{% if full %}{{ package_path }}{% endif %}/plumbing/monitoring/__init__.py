"""From the promises in monitoring/slo.yml to Prometheus rules, their tests and a Grafana dashboard."""
