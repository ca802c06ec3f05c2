"""Operations on columns that change their labels."""
