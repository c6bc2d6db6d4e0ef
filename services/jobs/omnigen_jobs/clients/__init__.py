"""Adapters for what else jobs speaks to: quota, the state machine, and S3's links."""
