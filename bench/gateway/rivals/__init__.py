"""The same door as others build it: a request's token is checked, its service asked, the answer handed back."""
