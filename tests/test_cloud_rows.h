/* test_cloud_rows.h - the rows of test_cloud.c; each table ends with a NULL. */
#ifndef QUANZU_TEST_CLOUD_ROWS_H
#define QUANZU_TEST_CLOUD_ROWS_H

#include "cloud.h"

struct account_row {
	const char *name, *kind, *own;
};
struct request_row {
	const char *account, *name;
	bool call;
	const char *to, *template, *values, *text, *query_id, *want;
};
struct answer_row {
	const char *account, *name;
	bool call;
	int status;
	const char *type, *body, *want;
};
struct code_row { /* codes parted by blanks; body with one %s */
	const char *account;
	bool call;
	int status;
	const char *body;
	enum cloud_class class_;
	bool unknown;
	const char *codes;
};
struct hook_row {
	const char *account, *name, *what, *type, *headers, *url, *body;
	enum cloud_hook_rc rc;
	const char *answer, *want;
};
enum { POLL_STEPS = 4 };
struct poll_row {
	const char *account, *name;
	int which;
	struct {
		int status;
		const char *body;
	} step[POLL_STEPS];
	const char *want;
};
struct queried_row {
	const char *account, *name;
	bool call;
	int status;
	const char *body;
	bool ok;
	const char *want;
};
struct wrong_row {
	const char *kind, *name, *own, *key, *says;
};
struct unfit_row {
	const char *account, *name;
	bool call;
	const char *to, *template, *values, *text, *why;
};

extern const struct account_row cloud_accounts[];
extern const struct request_row cloud_requests[];
extern const struct answer_row cloud_answers[];
extern const struct code_row cloud_code_rows[];
extern const struct hook_row cloud_hooks[];
extern const struct poll_row cloud_polls[];
extern const struct queried_row cloud_queries[];
extern const struct wrong_row cloud_wrongs[];
extern const struct unfit_row cloud_unfits[];
/* Accounts whose answers are JSON and that tell strange answers apart in the same way. */
extern const char *const cloud_strict_kinds[];

#endif
