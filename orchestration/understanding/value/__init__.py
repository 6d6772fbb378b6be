"""What customers are worth and will do: margins around answers, purchases to come, propensities."""
