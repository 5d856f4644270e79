#include "roster.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "area.h"
#include "duty.h"
#include "idlist.h"
#include "mask.h"
#include "member.h"
#include "resident.h"

#include "banned.h"

enum { PAGE = 200, COLUMNS_MAX = 16 };

struct book {
	struct store *s;
	struct outsheet *w;
	bool plain;
};

typedef char *mask_fn(const char *value, char *out, size_t n);

static void put(const struct book *b, const char *value, mask_fn *mask)
{
	char masked[MASK_MAX];

	outsheet_text(
		b->w, b->plain || value[0] == '\0' ? value : mask(value, masked, sizeof masked));
}

/* -- one row of each list -------------------------------------------------------------------------- */

/* All numbers of a kind in one cell, as the import takes them. */
static void put_phones(const struct book *b, const struct resident *r, const char *kind)
{
	struct buf cell;
	char masked[MASK_MAX];

	buf_init(&cell, 1024);
	for (int i = 0; i < r->phone_count; i++)
		if (strcmp(r->phone[i].kind, kind) == 0)
			buf_addf(&cell, "%s%s", cell.len == 0 ? "" : "、",
				b->plain ? r->phone[i].phone
					 : mask_phone(r->phone[i].phone, masked, sizeof masked));
	outsheet_text(b->w, buf_str(&cell));
	buf_free(&cell);
}

static const char *relative(const struct resident *r, const char *kind)
{
	for (int i = 0; i < r->phone_count; i++)
		if (strcmp(r->phone[i].kind, kind) == 0)
			return r->phone[i].name;
	return "";
}

static void resident_row(const struct book *b, int64_t id)
{
	struct resident r;

	if (!resident_get(b->s, id, &r))
		return;
	put(b, r.name, mask_name);
	outsheet_text(b->w, strcmp(r.sex, "F") == 0 ? "女" : strcmp(r.sex, "M") == 0 ? "男" : "");
	put(b, r.id_no, mask_id);
	put_phones(b, &r, "own");
	put(b, relative(&r, "family"), mask_name);
	put_phones(b, &r, "family");
	put(b, relative(&r, "guardian"), mask_name);
	put_phones(b, &r, "guardian");
	outsheet_text(b->w, r.area);
	put(b, r.address, mask_address);
	outsheet_text(b->w, r.tags);
	outsheet_text(b->w, r.risk);
	put(b, r.remark, mask_any);
	outsheet_end_row(b->w);
}

static void team_row(const struct book *b, int64_t id)
{
	struct team t;

	if (!team_get(b->s, id, &t))
		return;
	outsheet_text(b->w, t.name);
	outsheet_text(b->w, t.area);
	outsheet_end_row(b->w);
}

static const char *team_name(const struct book *b, int64_t id)
{
	struct team t;

	return team_get(b->s, id, &t) ? t.name : "";
}

static const char *post_word(const struct member *m)
{
	static const char *const words[][2] = { { "leader", "队长" }, { "head", "书记" },
		{ "officer", "民警" }, { "desk", "值班员" } };

	for (size_t i = 0; m->post_raw[0] == '\0' && i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i][0], m->post) == 0)
			return words[i][1];
	return m->post_raw[0] == '\0' ? "队员" : m->post_raw;
}

static void member_row(const struct book *b, int64_t id)
{
	struct member m;

	if (!member_get(b->s, id, &m))
		return;
	outsheet_text(b->w, team_name(b, m.team_id));
	put(b, m.name, mask_name);
	put(b, m.phone, mask_phone);
	outsheet_text(b->w, post_word(&m));
	outsheet_text(b->w, m.area);
	outsheet_text(b->w, m.pledged_on);
	outsheet_end_row(b->w);
}

static void put_minutes(const struct book *b, int minutes)
{
	char text[32];

	snprintf(text, sizeof text, "%02d:%02d", minutes / 60, minutes % 60);
	outsheet_text(b->w, text);
}

/* 周一、周三 */
static void put_days(const struct book *b, unsigned weekdays)
{
	static const char *const days[] = { "周一", "周二", "周三", "周四", "周五", "周六",
		"周日" };
	struct buf cell;

	buf_init(&cell, 128);
	for (int i = 0; i < 7; i++)
		if ((weekdays & 1u << i) != 0)
			buf_addf(&cell, "%s%s", cell.len == 0 ? "" : "、", days[i]);
	outsheet_text(b->w, buf_str(&cell));
	buf_free(&cell);
}

static void duty_row(const struct book *b, int64_t id)
{
	struct duty d;
	struct member m;

	if (!duty_get(b->s, id, &d) || !member_get(b->s, d.shift.member_id, &m))
		return;
	outsheet_text(b->w, team_name(b, d.team_id));
	put(b, m.name, mask_name);
	put(b, m.phone, mask_phone);
	put_days(b, d.shift.weekdays);
	outsheet_text(b->w, d.shift.day);
	put_minutes(b, d.shift.from_min);
	put_minutes(b, d.shift.to_min);
	outsheet_text(b->w, d.shift.off ? "休" : "");
	outsheet_end_row(b->w);
}

/* -- the lists ---------------------------------------------------------------------------------------- */

static const struct list {
	const char *noun, *title;
	void (*row)(const struct book *b, int64_t id); /* NULL: areas, which have no ids */
	struct outsheet_column columns[COLUMNS_MAX];
} lists[] = {
	{ "residents", "易受骗人员", resident_row,
		{ { "姓名", 10 }, { "性别", 6 }, { "身份证号码", 22 }, { "手机号", 16 },
			{ "家属姓名", 10 }, { "家属电话", 16 }, { "监护人姓名", 12 },
			{ "监护人电话", 16 }, { "村居", 16 }, { "现住址", 30 }, { "人群类别", 16 },
			{ "风险等级", 10 }, { "备注", 20 } } },
	{ "areas", "村居", NULL,
		{ { "代码", 16 }, { "名称", 20 }, { "类型", 12 }, { "上级", 16 },
			{ "别名", 20 } } },
	{ "teams", "队伍", team_row, { { "队伍名称", 24 }, { "村居", 16 } } },
	{ "members", "劝导队员", member_row,
		{ { "队伍", 24 }, { "姓名", 10 }, { "手机号", 16 }, { "职务", 12 }, { "村居", 16 },
			{ "保密承诺日期", 16 } } },
	{ "duties", "排班", duty_row,
		{ { "队伍", 24 }, { "姓名", 10 }, { "手机号", 16 }, { "星期", 24 }, { "日期", 14 },
			{ "开始", 8 }, { "结束", 8 }, { "班次", 8 } } },
};

static const struct list *find(const char *noun)
{
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (strcmp(lists[i].noun, noun) == 0)
			return &lists[i];
	return NULL;
}

bool roster_knows(const char *noun)
{
	return find(noun) != NULL;
}

static void write_areas(const struct book *b)
{
	size_t n;
	const struct place_area *all = area_all(b->s, &n);

	for (size_t i = 0; i < n; i++) {
		struct area a;

		if (!area_get(b->s, all[i].code, &a))
			continue;
		outsheet_text(b->w, a.code);
		outsheet_text(b->w, a.name);
		outsheet_text(b->w, a.kind);
		outsheet_text(b->w, a.parent);
		outsheet_text(b->w, a.aliases);
		outsheet_end_row(b->w);
	}
}

static void write_rows(const struct book *b, const struct list *l)
{
	int64_t ids[PAGE], after = 0;
	size_t n;

	while ((n = idlist(b->s, l->noun, after, ids, PAGE)) > 0) {
		for (size_t i = 0; i < n; i++)
			l->row(b, ids[i]);
		after = ids[n - 1];
		arena_reset(&b->s->arena);
	}
}

void roster_write(struct store *s, const char *noun, bool plain, struct outsheet *w)
{
	const struct list *l = find(noun);
	struct book b = { s, w, plain };
	size_t columns = 0;

	assert(l != NULL);
	while (columns < COLUMNS_MAX && l->columns[columns].title != NULL)
		columns++;
	outsheet_sheet(w, l->title, l->columns, columns);
	if (l->row == NULL)
		write_areas(&b);
	else
		write_rows(&b, l);
}
