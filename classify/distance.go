package classify

// EditDistance counts the characters to insert, delete, replace or swap with their neighbour to make b of a (the
// optimal string alignment distance).
func EditDistance(a, b string) int {
	from, to := []rune(a), []rune(b)
	rows := make([][]int, len(from)+1)
	for i := range rows {
		rows[i] = make([]int, len(to)+1)
		rows[i][0] = i
	}
	for j := range to {
		rows[0][j+1] = j + 1
	}
	for i, r := range from {
		for j, q := range to {
			differs := 1
			if r == q {
				differs = 0
			}
			best := min(rows[i][j+1]+1, rows[i+1][j]+1, rows[i][j]+differs)
			if i > 0 && j > 0 && r == to[j-1] && from[i-1] == q {
				best = min(best, rows[i-1][j-1]+1)
			}
			rows[i+1][j+1] = best
		}
	}
	return rows[len(from)][len(to)]
}
