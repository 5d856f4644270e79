#include "helper_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "banned.h"

static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "helper_store: %s: %s\n", what, why);
	abort();
}

void temp_store_again(struct temp_store *t)
{
	char why[256];

	if (store_open(&t->s, t->url, t->key, 0, why, sizeof why) != STORE_OK)
		give_up("store_open", why);
}

void temp_store_open(struct temp_store *t)
{
	temp_store_open_in(t, access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
}

void temp_store_open_in(struct temp_store *t, const char *folder)
{
	*t = (struct temp_store){ .s = NULL };
	snprintf(t->dir, sizeof t->dir, "%s/quanzu-test-XXXXXX", folder);
	if (mkdtemp(t->dir) == NULL)
		give_up("mkdtemp", t->dir);
	snprintf(t->db, sizeof t->db, "%s/quanzu.db", t->dir);
	snprintf(t->url, sizeof t->url, "sqlite:%s", t->db);
	snprintf(t->key, sizeof t->key, "%s/key", t->dir);
	temp_store_again(t);
}

void temp_store_shut(struct temp_store *t)
{
	store_close(t->s);
	t->s = NULL;
}

void temp_store_close(struct temp_store *t)
{
	DIR *dir = opendir(t->dir);
	struct dirent *e;
	char path[400];

	temp_store_shut(t);
	while (dir != NULL && (e = readdir(dir)) != NULL) {
		snprintf(path, sizeof path, "%s/%s", t->dir, e->d_name);
		unlink(path);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(t->dir);
}

int temp_store_setup(void **state)
{
	struct temp_store *t = malloc(sizeof *t);

	if (t == NULL)
		return -1;
	temp_store_open(t);
	*state = t;
	return 0;
}

int temp_store_teardown(void **state)
{
	temp_store_close(*state);
	free(*state);
	return 0;
}

void temp_job(struct temp_store *t, int64_t now_ms)
{
	store_begin(t->s);
	store_job_begin(t->s, now_ms);
}

enum store_rc temp_done(struct temp_store *t)
{
	enum store_rc job = store_job_end(t->s), batch = store_commit(t->s);

	return job != STORE_OK ? job : batch;
}

static int loud_fd = -1;

void temp_quiet(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	fflush(stderr);
	loud_fd = dup(STDERR_FILENO);
	if (null < 0 || loud_fd < 0 || dup2(null, STDERR_FILENO) < 0)
		give_up("open", "/dev/null");
	close(null);
}

void temp_loud(void)
{
	if (loud_fd < 0)
		return;
	fflush(stderr);
	dup2(loud_fd, STDERR_FILENO);
	close(loud_fd);
	loud_fd = -1;
}

static int first_number(void *to, int n, char **values, char **names)
{
	(void)names;
	if (n > 0 && values[0] != NULL)
		*(int64_t *)to = strtoll(values[0], NULL, 10);
	return 0;
}

static int64_t run(struct temp_store *t, const char *sql)
{
	sqlite3 *db = NULL;
	char *why = NULL;
	int64_t n = 0;

	if (sqlite3_open_v2(t->db, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		give_up("open", t->db);
	sqlite3_busy_timeout(db, 5000);
	if (sqlite3_exec(db, sql, first_number, &n, &why) != SQLITE_OK)
		give_up(sql, why);
	sqlite3_close(db);
	return n;
}

void temp_sql(struct temp_store *t, const char *sql)
{
	run(t, sql);
}

int64_t temp_number(struct temp_store *t, const char *sql)
{
	return run(t, sql);
}
