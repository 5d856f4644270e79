/* GET /v1/audit, POST /v1/backup, GET /v1/exports/FILE */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "codeword.h"
#include "json.h"
#include "listing.h"
#include "log.h"
#include "money.h"
#include "outsheet.h"
#include "roster.h"
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

struct book { /* one export under way */
	struct outsheet *sheet;
	const struct listing *listing;
	const struct settings *set;
};

/* Codes in words, each of a list of them. */
static void put_words(const struct book *b, const struct listing_cell *cell)
{
	char text[1024] = "", code[64], out[WORDING_MAX];
	size_t used = 0;

	for (const char *s = cell->text; *s != '\0'; s += strspn(s, " ")) {
		size_t n = strcspn(s, " ");

		snprintf(code, sizeof code, "%.*s", (int)n, s);
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
			used == 0 ? "" : "、",
			codeword(b->set, b->listing->noun, cell->column->name, code, out,
				sizeof out));
		if (used >= sizeof text)
			break;
		s += n;
	}
	outsheet_text(b->sheet, text);
}

static void put_cell(const struct book *b, const struct listing_cell *cell)
{
	struct outsheet *w = b->sheet;
	char number[24], out[WORDING_MAX];

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
	case LIST_WORDS:
		put_words(b, cell);
		return;
	default:
		outsheet_text(w, codeword(b->set, b->listing->noun, cell->column->name, cell->text,
					 out, sizeof out));
		return;
	}
}

static bool put_row(void *arg, const struct listing_cell *cells, size_t count)
{
	const struct book *b = arg;

	for (size_t i = 0; i < count; i++)
		put_cell(b, &cells[i]);
	outsheet_end_row(b->sheet);
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

/* "cases" and the form of cases.xlsx; "" when it is no name of a spreadsheet. */
const char *const web_books[] = { "cases", "messages", "rewards", NULL };

static const char *noun_of(struct request *rq, enum outsheet_kind *kind)
{
	const char *file = route_arg(&rq->args, "file"), *dot = strrchr(file, '.');

	if (dot == NULL || (strcmp(dot, ".csv") != 0 && strcmp(dot, ".xlsx") != 0))
		return "";
	*kind = dot[1] == 'c' ? OUTSHEET_CSV : OUTSHEET_XLSX;
	return arena_text(&rq->arena, file, (size_t)(dot - file));
}

static bool is_book(const char *noun)
{
	for (const char *const *book = web_books; *book != NULL; book++)
		if (strcmp(*book, noun) == 0)
			return true;
	return false;
}

static void export_answer(struct request *rq, const char *noun, enum outsheet_kind kind)
{
	static const char xlsx[] =
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
	struct clock_day d;

	clock_local(clock_now_ms(), &d);
	rq->status = 200;
	rq->type = kind == OUTSHEET_CSV ? "text/csv; charset=utf-8" : xlsx;
	request_header(rq, "Content-Disposition",
		arena_print(&rq->arena, "attachment; filename=\"%s-%04d%02d%02d.%s\"", noun, d.year,
			d.month, d.day, kind == OUTSHEET_CSV ? "csv" : "xlsx"));
}

static void no_file(struct request *rq)
{
	request_problem(
		rq, 507, "export_failed", "导出太大或写不成，请缩小时间范围，或检查磁盘空间。");
}

static void close_file(
	struct request *rq, struct outsheet *w, const char *noun, enum outsheet_kind kind)
{
	if (outsheet_close(w, &rq->out) == OUTSHEET_OK)
		export_answer(rq, noun, kind);
	else
		no_file(rq);
}

static void export_book(struct request *rq, struct store *s)
{
	enum outsheet_kind kind = OUTSHEET_CSV;
	const char *noun = noun_of(rq, &kind), *bad;
	const struct listing *l = listing_find(noun);
	struct listing_query q;
	struct book b = { .listing = l, .set = rq->set };

	if (!web_list_query(rq, &q))
		return;
	b.sheet = outsheet_open(kind, NULL);
	if (b.sheet == NULL) {
		no_file(rq);
		return;
	}
	put_sheet(b.sheet, l);
	if (listing_each(s, l, &q, put_row, &b, &bad)) {
		close_file(rq, b.sheet, noun, kind);
		return;
	}
	outsheet_abandon(b.sheet);
	web_bad_parameter(rq, bad);
}

/* -- the lists of people ------------------------------------------------------------------------ */

static void export_roster(struct request *rq, struct store *s, bool plain)
{
	enum outsheet_kind kind = OUTSHEET_CSV;
	const char *noun = noun_of(rq, &kind);
	struct outsheet *w = outsheet_open(kind, NULL);

	if (w == NULL) {
		no_file(rq);
		return;
	}
	roster_write(s, noun, plain, w);
	close_file(rq, w, noun, kind);
}

static void roster_masked(struct request *rq, struct store *s)
{
	export_roster(rq, s, false);
}

static void roster_plain(struct request *rq, struct store *s)
{
	export_roster(rq, s, true);
}

/* A plain list is a look at everybody in it: written down before it leaves. */
static void look_run(struct work *work, void *desk)
{
	struct request *rq = web_request_of(work);
	enum outsheet_kind kind;

	access_reveal(
		desk_store(desk), rq->actor, noun_of(rq, &kind), 0, web_parameter(rq, "reason"));
}

static void look_done(struct work *work)
{
	struct request *rq = web_request_of(work);

	if (work->rc == STORE_OK) {
		web_read(rq, roster_plain, NULL);
		return;
	}
	web_answer_result(rq, work->rc);
	request_done(rq);
}

static void start_roster(struct request *rq, const char *noun)
{
	const char *reveal = web_parameter(rq, "reveal");

	if (rq->who.area[0] != '\0') {
		request_problem(rq, 403, "forbidden", "管片区的密钥不能导出整份名单。");
		request_done(rq);
	} else if (reveal == NULL || strcmp(reveal, "1") != 0) {
		web_read(rq, roster_masked, NULL);
	} else if (web_may_reveal(rq, noun)) {
		web_put(rq, look_run, look_done);
	} else {
		request_done(rq);
	}
}

void web_export(struct request *rq)
{
	enum outsheet_kind kind = OUTSHEET_CSV;
	const char *noun = noun_of(rq, &kind);

	if (is_book(noun)) {
		web_read(rq, export_book, NULL);
	} else if (roster_knows(noun) && rq->who.role != ROLE_FINANCE) {
		start_roster(rq, noun);
	} else {
		request_problem(rq, 404, "no_such_export",
			"没有这个导出，可用：cases、messages、rewards、residents、areas、teams、mem"
			"bers、duties，"
			"后缀 .csv 或 .xlsx。");
		request_done(rq);
	}
}
