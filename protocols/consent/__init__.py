"""All parties say yes, and write down that it is spent, before anything that costs privacy is opened."""
