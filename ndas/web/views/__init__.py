"""The views of the register, one module for each thing a person does there."""
