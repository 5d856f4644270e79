/* GET /v1/audit, POST /v1/backup, GET /v1/exports/FILE */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "json.h"
#include "listing.h"
#include "log.h"
#include "money.h"
#include "outsheet.h"
#include "web_room.h"

#include "banned.h"

enum { BACKUP_NAME = 64 };

void web_audit(struct request *rq, struct store *s)
{
	struct audit_result r;

	if (store_audit(s, &r) != STORE_OK)
		return;
	request_json(rq, 200,
		json_pack("{s:I, s:b, s:s, s:I, s:s}", "rows", (json_int_t)r.rows, "ok",
			r.bad_seq == 0, "head", r.head, "bad_seq", (json_int_t)r.bad_seq, "why",
			r.why));
}

/* -- backup ----------------------------------------------------------------------------------- */

/* A plain name below data_dir/backups; whoever is at this machine may name any path. */
static const char *backup_path(struct request *rq, const char *given)
{
	static const char fine[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	struct clock_day d;

	if (given == NULL) {
		clock_local(clock_now_ms(), &d);
		given = arena_print(&rq->arena, "quanzu-%04d%02d%02d-%02d%02d%02d.db", d.year,
			d.month, d.day, d.hour, d.minute, d.second);
	}
	if (given[0] == '/')
		return rq->who.id == 0 && strlen(given) < SETTINGS_PATH
			       ? arena_text(&rq->arena, given, strlen(given))
			       : NULL;
	if (given[0] == '.' || given[0] == '\0' || strlen(given) > BACKUP_NAME ||
		given[strspn(given, fine)] != '\0')
		return NULL;
	return arena_print(&rq->arena, "%s/backups/%s", rq->web->data_dir, given);
}

/* Ours alone, and new: nobody's file is written over, no link is followed. */
static bool make_file(struct request *rq, const char *path)
{
	int fd;

	if (strncmp(path, rq->web->data_dir, strlen(rq->web->data_dir)) == 0)
		mkdir(arena_print(&rq->arena, "%s/backups", rq->web->data_dir), 0700);
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		request_problem(rq, errno == EEXIST ? 409 : 422, "backup_path",
			arena_print(&rq->arena, "备份文件 %s 建不起来：%s。", path,
				errno == EEXIST ? "已经有这个文件" : strerror(errno)));
		return false;
	}
	close(fd);
	return true;
}

static void sync_folder(struct request *rq, const char *path)
{
	const char *folder = arena_text(&rq->arena, path, (size_t)(strrchr(path, '/') - path) + 1);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) != 0)
		log_warn("backup folder not synced reason=%s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void backup_read(struct request *rq, struct store *s)
{
	const char *path = rq->job_text;
	struct stat st;

	if (!make_file(rq, path))
		return;
	if (!db_backup(s->db, path) || stat(path, &st) != 0) {
		unlink(path);
		request_problem(rq, 507, "backup_failed", "备份没有写成，请检查磁盘空间。");
		return;
	}
	sync_folder(rq, path);
	request_json(rq, 201,
		json_pack("{s:s, s:I, s:s}", "path", path, "bytes", (json_int_t)st.st_size, "note",
			"密钥文件要另外保存，没有它备份打不开。"));
}

static void backup_told(struct work *work)
{
	request_done(web_request_of(work));
}

static void backup_tell(struct work *work, void *desk)
{
	struct request *rq = web_request_of(work);

	store_event(desk_store(desk), rq->actor, "backup.made", 0, "backup", 0, NULL);
}

static void backup_done(struct request *rq)
{
	if (rq->status != 201) {
		request_done(rq);
		return;
	}
	rq->work = (struct work){ .run = backup_tell, .done = backup_told };
	if (!worker_put(rq->web->worker, &rq->work))
		request_done(rq); /* the backup stands all the same */
}

void web_backup(struct request *rq)
{
	json_t *body = web_body_object(rq);
	const char *path;

	if (body == NULL) {
		request_done(rq);
		return;
	}
	path = backup_path(rq, json_str(body, "path"));
	json_decref(body);
	if (path == NULL) {
		request_problem(rq, 422, "backup_path",
			"备份文件名只能用字母、数字和 . _ -，存在数据目录的 backups 下；"
			"要写到别处请在本机用命令行。");
		request_done(rq);
		return;
	}
	rq->job_text = path;
	web_read(rq, backup_read, backup_done);
}

/* -- exports ---------------------------------------------------------------------------------- */

static const char *first_text(const json_t *list)
{
	const char *s = json_string_value(json_array_get(list, 0));

	return s == NULL ? "" : s;
}

static const char *text_or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

/* One masked person in one cell: 张* 138****8000 示例村. */
static void put_person(struct outsheet *w, const json_t *o)
{
	char text[512];

	snprintf(text, sizeof text, "%s %s %s", text_or_empty(json_str(o, "name")),
		first_text(json_object_get(o, "phones")), text_or_empty(json_str(o, "brief")));
	outsheet_text(w, text);
}

static void put_cell(struct outsheet *w, const struct listing_cell *cell)
{
	char number[24];

	switch (cell->column->kind) {
	case LIST_ID:
		snprintf(number, sizeof number, "%lld", (long long)cell->n);
		outsheet_text(w, cell->n == 0 ? "" : number);
		return;
	case LIST_INT:
		outsheet_int(w, cell->n);
		return;
	case LIST_BOOL:
		outsheet_text(w, cell->n != 0 ? "是" : "否");
		return;
	case LIST_TIME:
		outsheet_time(w, cell->n);
		return;
	case LIST_MONEY:
		if (cell->n < 0)
			outsheet_text(w, "");
		else
			outsheet_money(w, cell->n);
		return;
	case LIST_PERSON:
		put_person(w, cell->object);
		return;
	default:
		outsheet_text(w, cell->text);
		return;
	}
}

static bool put_row(void *arg, const struct listing_cell *cells, size_t count)
{
	struct outsheet *w = arg;

	for (size_t i = 0; i < count; i++)
		put_cell(w, &cells[i]);
	outsheet_end_row(w);
	return true;
}

static void put_sheet(struct outsheet *w, const struct listing *l)
{
	struct outsheet_column columns[LISTING_COLUMNS];
	size_t n = 0;

	for (const struct listing_column *c = l->columns; c->name != NULL; c++)
		if (!c->single)
			columns[n++] = (struct outsheet_column){ .title = c->title };
	outsheet_sheet(w, l->title, columns, n);
}

/* cases.xlsx: the listing and the form; NULL: no such file. */
static const struct listing *export_of(struct request *rq, enum outsheet_kind *kind)
{
	static const char *const nouns[] = { "cases", "messages", "rewards" };
	const char *file = route_arg(&rq->args, "file"), *dot = strrchr(file, '.');

	if (dot == NULL || (strcmp(dot, ".csv") != 0 && strcmp(dot, ".xlsx") != 0))
		return NULL;
	*kind = dot[1] == 'c' ? OUTSHEET_CSV : OUTSHEET_XLSX;
	for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++)
		if (strlen(nouns[i]) == (size_t)(dot - file) &&
			strncmp(nouns[i], file, (size_t)(dot - file)) == 0)
			return listing_find(nouns[i]);
	return NULL;
}

static void export_answer(struct request *rq, const struct listing *l, enum outsheet_kind kind)
{
	static const char xlsx[] =
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
	struct clock_day d;

	clock_local(clock_now_ms(), &d);
	rq->status = 200;
	rq->type = kind == OUTSHEET_CSV ? "text/csv; charset=utf-8" : xlsx;
	request_header(rq, "Content-Disposition",
		arena_print(&rq->arena, "attachment; filename=\"%s-%04d%02d%02d.%s\"", l->noun,
			d.year, d.month, d.day, kind == OUTSHEET_CSV ? "csv" : "xlsx"));
}

void web_export(struct request *rq, struct store *s)
{
	enum outsheet_kind kind = OUTSHEET_CSV;
	const struct listing *l = export_of(rq, &kind);
	struct listing_query q;
	struct outsheet *w;
	const char *bad;

	if (l == NULL) {
		request_problem(rq, 404, "no_such_export",
			"没有这个导出，可用：cases、messages、rewards，后缀 .csv 或 .xlsx。");
		return;
	}
	if (!web_list_query(rq, &q))
		return;
	w = outsheet_open(kind, NULL);
	if (w == NULL) {
		request_problem(rq, 507, "export_failed", "导出文件写不成，请检查磁盘空间。");
		return;
	}
	put_sheet(w, l);
	if (!listing_each(s, l, &q, put_row, w, &bad)) {
		outsheet_abandon(w);
		web_bad_parameter(rq, bad);
	} else if (outsheet_close(w, &rq->out) != OUTSHEET_OK) {
		request_problem(rq, 507, "export_failed", "导出太大或写不成，请缩小时间范围。");
	} else {
		export_answer(rq, l, kind);
	}
}
