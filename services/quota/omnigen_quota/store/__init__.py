"""The table `usage` over DynamoDB."""
