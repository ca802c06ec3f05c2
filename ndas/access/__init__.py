"""Who acts, in which groups, and which NDAs they see."""
