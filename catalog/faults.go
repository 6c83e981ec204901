package catalog

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/sallyport/sallyport"
)

// inOrder sorts faults by where they are: the file, and the line and the column in it. Faults of one place stay as they came.
func inOrder(list []sallyport.Fault) []sallyport.Fault {
	slices.SortStableFunc(list, func(a, b sallyport.Fault) int {
		fa, na := lineOf(a.Path)
		fb, nb := lineOf(b.Path)
		return cmp.Or(strings.Compare(fa, fb), slices.Compare(na, nb))
	})
	return list
}

// lineOf takes a place, FILE:LINE or FILE:LINE:COLUMN, apart.
func lineOf(path string) (file string, numbers []int) {
	for {
		i := strings.LastIndex(path, ":")
		n, err := strconv.Atoi(path[i+1:])
		if i < 0 || err != nil {
			return path, numbers
		}
		path, numbers = path[:i], append([]int{n}, numbers...)
	}
}
