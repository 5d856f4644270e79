#include "idlist.h"

#include <assert.h>
#include <string.h>

#include "banned.h"

static const struct {
	const char *noun, *sql;
} lists[] = {
	{ "residents",
		"SELECT id FROM resident WHERE id > ? AND state <> 'removed' ORDER BY id LIMIT ?" },
	{ "teams", "SELECT id FROM team WHERE id > ? ORDER BY id LIMIT ?" },
	{ "members", "SELECT id FROM member WHERE id > ? AND state <> 'left' ORDER BY id LIMIT ?" },
	{ "duties", "SELECT id FROM duty WHERE id > ? ORDER BY id LIMIT ?" },
};

size_t idlist(struct store *s, const char *noun, int64_t after, int64_t *ids, size_t max)
{
	size_t i = 0, n = 0;
	struct db_stmt *q;

	while (i < sizeof lists / sizeof *lists && strcmp(lists[i].noun, noun) != 0)
		i++;
	assert(i < sizeof lists / sizeof *lists);
	q = db_query(s->db, lists[i].sql, DB_ARGS(DI(after), DI((int64_t)max)));
	while (db_next(q))
		ids[n++] = db_int(q, 0);
	return n;
}
