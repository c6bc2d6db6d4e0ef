"""Requests to addresses that users give: to public addresses only, whatever their names resolve to, at any moment."""
