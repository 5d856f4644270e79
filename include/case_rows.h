/*
 * case_rows.h - the tasks and messages of a case, for the SQL of the store.
 *
 * Ids grow with time, and most of what belongs to a case is made in the job that opens it: so such a
 * row stands near its case, its id less than 64 above the case's, and needs no index entry to be
 * found. Only the others have one.
 */
#ifndef QUANZU_CASE_ROWS_H
#define QUANZU_CASE_ROWS_H

/* What the index of such a table holds. */
#define FAR_FROM_CASE "id > case_id + 63"

/* Goes behind FROM; has one `?`, the case, and says nothing of the order. */
#define CASE_ROWS(table) \
	"(SELECT CAST(? AS BIGINT) AS of_case) k JOIN " table \
	" ON (id BETWEEN of_case AND of_case + 63 AND" \
	" case_id = of_case) OR (" FAR_FROM_CASE " AND case_id = of_case)"

#endif
