"""Templates of answers, as data: what a body may begin an answer with, and what alone says nothing."""
