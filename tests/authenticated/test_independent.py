from pairs import results
