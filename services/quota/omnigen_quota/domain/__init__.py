"""Pure rules of money and quota: given a user's month and a request, what is to be done. No I/O, no clock."""
