"""AWS over aiobotocore: clients, items, and its errors as ours."""
