"""The table `identity` over DynamoDB."""
