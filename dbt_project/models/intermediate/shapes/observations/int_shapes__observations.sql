{{ union_of_branches('observations') }}
