#include "people_record.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "idcard.h"
#include "name.h"
#include "phone.h"
#include "place.h"
#include "shift_words.h"
#include "text.h"

#include "banned.h"

struct row {
	const struct intake_ctx *ctx;
	int number;
	struct arena *arena;
	struct people_record *out;
	struct fault *why;
	struct notes *notes;
	bool refused;
	const struct field *fields; /* of the row: what belongs together stands in several */
	size_t count;
};

struct taker {
	const char *field;
	void (*take)(struct row *r, const struct field *f, void *to);
	size_t at; /* of a text in the record */
};

static const char *keep(struct row *r, const char *s)
{
	return *s == '\0' ? "" : arena_text(r->arena, s, strlen(s));
}

static void note(struct row *r, const struct field *f, const struct cell_fault *why)
{
	struct fault fault;

	field_fault(f, r->number, why, &fault);
	notes_add(r->notes, &fault);
}

static void refuse(struct row *r, const struct field *f, const struct cell_fault *why)
{
	if (!r->refused)
		field_fault(f, r->number, why, r->why);
	r->refused = true;
}

/* ---- single cells ---------------------------------------------------------------------- */

static void take_text(struct row *r, const struct field *f, void *at)
{
	const char **to = at;
	char clean[CELL_MAX];
	enum cell_verdict v = cell_tidy(f->text, clean, sizeof clean);

	if (v == CELL_TEXT)
		*to = keep(r, clean);
	else if (v != CELL_EMPTY)
		note(r, f, cell_fault(v));
}

static void take_name(struct row *r, const struct field *f, void *at)
{
	const char **to = at;
	struct name name;
	enum name_rc rc = name_parse(f->text, &name);

	if (rc == NAME_OK)
		*to = keep(r, name.text);
	else if (rc != NAME_EMPTY)
		refuse(r, f, name_fault(rc));
}

static void take_id(struct row *r, const struct field *f, void *at)
{
	const char **to = at;
	struct resident_record *p = &r->out->of.resident;
	struct date birth = { .prec = DATE_BY_DAY };
	struct idcard id;
	enum idcard_rc rc = idcard_parse(f->text, date_of_ms(r->ctx->now_ms), &id);
	char text[DATE_TEXT];

	if (field_digits_lost(f))
		rc = IDCARD_EXCEL_DAMAGED;
	if (rc == IDCARD_EMPTY)
		return;
	if (rc == IDCARD_EXCEL_DAMAGED)
		refuse(r, f, idcard_fault(rc));
	else if (rc != IDCARD_OK)
		note(r, f, idcard_fault(rc));
	if (rc != IDCARD_OK)
		return;
	*to = keep(r, id.text);
	p->id_type = idcard_type_code(id.type);
	p->sex = id.sex == 'M' ? "M" : id.sex == 'F' ? "F" : p->sex;
	birth.day = id.birth;
	if (id.birth.year != 0)
		p->birth = keep(r, date_text(&birth, text));
}

static void add_phone(struct row *r, const char *kind, const struct phone *phone, const char *name,
	const char *relation)
{
	struct resident_record *p = &r->out->of.resident;

	for (int i = 0; i < p->phone_count; i++)
		if (strcmp(p->phone[i].phone, phone->text) == 0 &&
			strcmp(p->phone[i].kind, kind) == 0)
			return;
	if (p->phone_count == PEOPLE_PHONES)
		return;
	p->phone[p->phone_count++] = (struct resident_record_phone){ .kind = kind,
		.phone = keep(r, phone->text),
		.name = name,
		.relation = *relation != '\0' ? relation : keep(r, phone->note) };
}

/* A relative's name stands in another cell than the number, before or behind it. */
static const char *text_beside(struct row *r, const struct field *f, const char *name)
{
	const struct field *at = r->fields, *end = at + r->count;
	char clean[CELL_MAX];

	for (; at < end; at++)
		if (at->name != NULL && at->part == f->part && strcmp(at->name, name) == 0 &&
			cell_clean(at->text, CELL_ASCII, clean, sizeof clean) == CELL_TEXT)
			return keep(r, clean);
	return "";
}

static void take_numbers(struct row *r, const struct field *f, const char *kind, const char *name,
	const char *relation)
{
	struct phone_list list;
	enum phone_rc rc = phone_parse_list(f->text, r->ctx->area_code, &list);

	if (rc == PHONE_EMPTY)
		return;
	if (rc != PHONE_OK) {
		note(r, f, phone_fault(rc));
		return;
	}
	for (size_t i = 0; i < list.count; i++)
		add_phone(r, kind, &list.item[i], name, relation);
	if (list.partial != PHONE_OK)
		note(r, f, phone_fault(list.partial));
}

static void take_own(struct row *r, const struct field *f, void *at)
{
	(void)at;
	take_numbers(r, f, "own", "", "");
}

static void take_family(struct row *r, const struct field *f, void *at)
{
	(void)at;
	take_numbers(r, f, "family", text_beside(r, f, "family_name"),
		text_beside(r, f, "family_relation"));
}

static void take_guardian(struct row *r, const struct field *f, void *at)
{
	(void)at;
	take_numbers(r, f, "guardian", text_beside(r, f, "guardian_name"),
		text_beside(r, f, "guardian_relation"));
}

/* Somebody who gets SMS: one mobile number. */
static void take_mobile(struct row *r, const struct field *f, void *at)
{
	const char **to = at;
	static const struct cell_fault no_mobile = { "not_mobile", "不是手机号，收不到短信",
		"请填写11位手机号。" };
	struct phone_list list;
	enum phone_rc rc = phone_parse_list(f->text, r->ctx->area_code, &list);

	if (rc == PHONE_EMPTY)
		return;
	if (rc != PHONE_OK) {
		refuse(r, f, phone_fault(rc));
		return;
	}
	for (size_t i = 0; i < list.count && **to == '\0'; i++)
		if (phone_sms_ok(list.item[i].text))
			*to = keep(r, list.item[i].text);
	if (**to == '\0')
		refuse(r, f, &no_mobile);
}

static void take_phone(struct row *r, const struct field *f, void *at)
{
	const char **to = at;
	struct phone_list list;
	enum phone_rc rc = phone_parse_list(f->text, r->ctx->area_code, &list);

	if (rc == PHONE_OK)
		*to = keep(r, list.item[0].text);
	else if (rc != PHONE_EMPTY)
		note(r, f, phone_fault(rc));
}

static void take_day(struct row *r, const struct field *f, void *at)
{
	const char **to = at;
	struct date d;
	bool birth = strcmp(f->name, "birth") == 0;
	enum date_rc rc = field_date(f, r->ctx, birth, &d);
	char text[DATE_TEXT];

	if (birth && **to != '\0')
		return; /* the ID number has told it */
	if (rc == DATE_OK && d.prec != DATE_BY_MONTH) {
		d.prec = DATE_BY_DAY;
		*to = keep(r, date_text(&d, text));
	} else if (rc != DATE_EMPTY) {
		note(r, f, date_fault(rc == DATE_OK ? DATE_BAD : rc));
	}
}

static void take_sex(struct row *r, const struct field *f, void *at)
{
	const char **to = at;
	static const struct cell_fault bad = { "bad_sex", "性别只能是男或女", "请填写男或女。" };
	char clean[CELL_MAX];
	enum cell_verdict v = cell_clean(f->text, CELL_NFKC, clean, sizeof clean);

	if (v == CELL_EMPTY || **to != '\0')
		return;
	if (strncmp(clean, "男", 3) == 0 || strcmp(clean, "M") == 0)
		*to = "M";
	else if (strncmp(clean, "女", 3) == 0 || strcmp(clean, "F") == 0)
		*to = "F";
	else
		note(r, f, &bad);
}

static void take_risk(struct row *r, const struct field *f, void *at)
{
	const char **to = at;
	static const struct cell_fault bad = { "level_unmapped", "看不懂风险等级",
		"请填写高、中或低。" };
	char clean[CELL_MAX];
	enum level level;
	bool mapped = true;

	if (cell_clean(f->text, CELL_NFKC, clean, sizeof clean) != CELL_TEXT)
		return;
	if (!level_of_code(clean, &level))
		level = level_of_word(clean, r->ctx->levels, &mapped);
	if (mapped)
		*to = level_code(level);
	else
		note(r, f, &bad);
}

/* 独居、老年 becomes 独居 老年. */
static void take_words(struct row *r, const struct field *f, void *at)
{
	const char **to = at;
	char clean[CELL_MAX], out[CELL_MAX];
	const char *s = clean, *end;
	size_t n = 0;
	bool gap = false;

	if (cell_clean(f->text, CELL_NFKC, clean, sizeof clean) != CELL_TEXT)
		return;
	end = clean + strlen(clean);
	while (s < end) {
		const char *from = s;
		uint32_t c = text_next(&s, end);

		if (c == ',' || c == ';' || c == '/' || c == 0x3001 || c == 0x3002 ||
			text_is_blank(c)) {
			gap = n > 0;
			continue;
		}
		if (gap)
			out[n++] = ' ';
		gap = false;
		memcpy(out + n, from, (size_t)(s - from));
		n += (size_t)(s - from);
	}
	out[n] = '\0';
	*to = keep(r, out);
}

static void take_code(struct row *r, const struct field *f, void *at)
{
	const char **to = at;
	static const struct cell_fault bad = { "bad_code", "不是12位区划代码（网格为13到18位）",
		"请填写统计用区划代码，如310118110203。" };
	char clean[CELL_MAX];
	enum cell_verdict v = cell_clean(f->text, CELL_NFKC, clean, sizeof clean);

	if (v == CELL_TEXT && place_is_code(clean) && !field_digits_lost(f))
		*to = keep(r, clean);
	else if (v != CELL_EMPTY)
		refuse(r, f, v == CELL_TEXT ? &bad : cell_fault(v));
}

/* 村居 or its code, as people fill it in; `to` is the text, the code has a place of its own. */
static void take_village(struct row *r, const struct field *f, void *at)
{
	const char **to = at;
	char clean[CELL_MAX];
	const char **code = to + 1; /* area_code stands behind village in every record */

	if (cell_clean(f->text, CELL_NFKC, clean, sizeof clean) != CELL_TEXT)
		return;
	if (place_is_code(clean) && !field_digits_lost(f))
		*code = keep(r, clean);
	else
		*to = keep(r, clean);
}

static void take_number(struct row *r, const struct field *f, void *at)
{
	static const struct cell_fault bad = { "bad_number", "这里应填整数", "请填写整数，如3。" };
	char clean[CELL_MAX];
	int *number = at;

	if (cell_clean(f->text, CELL_NFKC, clean, sizeof clean) == CELL_EMPTY)
		return;
	*number = field_int(f, 99999999);
	if (*number < 0)
		note(r, f, &bad);
}

/* ---- rota ------------------------------------------------------------------------------ */

static void take_weekdays(struct row *r, const struct field *f, void *at)
{
	static const struct cell_fault bad = { "bad_weekday", "看不懂星期",
		"请填写周一至周五、周六、每天等。" };
	char clean[CELL_MAX];

	(void)at;
	if (cell_clean(f->text, CELL_NFKC, clean, sizeof clean) != CELL_TEXT)
		return;
	r->out->of.duty.weekdays = shift_weekdays(clean);
	if (r->out->of.duty.weekdays == 0)
		refuse(r, f, &bad);
}

static void take_clock_cell(struct row *r, const struct field *f, void *at)
{
	static const struct cell_fault bad = { "bad_time", "看不懂时间", "请按08:30的形式填写。" };
	char clean[CELL_MAX];
	const char *s = clean;
	int *minutes = at;

	if (cell_clean(f->text, CELL_NFKC, clean, sizeof clean) != CELL_TEXT)
		return;
	if (f->kind == SHEET_DATE || f->kind == SHEET_NUMBER) { /* a part of a day */
		double part = strtod(clean, NULL);

		*minutes = (int)((part - (double)(int64_t)part) * SHIFT_WHOLE_DAY + 0.5);
	} else if (!shift_clock(&s, minutes) || *s != '\0') {
		refuse(r, f, &bad);
	}
}

static void take_off(struct row *r, const struct field *f, void *at)
{
	bool *off = at;
	char clean[CELL_MAX];

	(void)r;
	*off = cell_clean(f->text, CELL_NFKC, clean, sizeof clean) == CELL_TEXT &&
	       (strcmp(clean, "TRUE") == 0 || strcmp(clean, "1") == 0 || strcmp(clean, "是") == 0);
}

/* An id, as the lists show it. */
static void take_member(struct row *r, const struct field *f, void *at)
{
	static const struct cell_fault bad = { "bad_number", "这里应填队员编号",
		"请填写队员编号，或改填队伍和姓名、手机号。" };
	int64_t *id = at;
	char clean[CELL_MAX], *end = clean;

	if (cell_clean(f->text, CELL_NFKC, clean, sizeof clean) != CELL_TEXT)
		return;
	*id = clean[0] == '-' ? 0 : strtoll(clean, &end, 10);
	if (*end != '\0' || *id <= 0)
		refuse(r, f, &bad);
}

static void take_shift(struct row *r, const struct field *f, void *at)
{
	const char **to = at;
	struct duty_record *d = &r->out->of.duty;
	char clean[CELL_MAX];

	if (cell_clean(f->text, CELL_NFKC, clean, sizeof clean) != CELL_TEXT)
		return;
	*to = keep(r, clean);
	d->off = strncmp(clean, "休", 3) == 0 || strncmp(clean, "请假", 6) == 0;
	shift_hours(clean, &d->from_min, &d->to_min);
}

/* ---- which cell goes where ----------------------------------------------------------------- */

#define AT(kind, member) offsetof(struct people_record, of.kind.member)
#define END \
	{ \
		NULL, NULL, 0 \
	}

/* clang-format off */
static const struct taker resident_takers[] = {
	{ "name", take_name, AT(resident, name) }, { "id_no", take_id, AT(resident, id_no) },
	{ "phone", take_own, 0 }, { "family_phone", take_family, 0 }, { "guardian_phone", take_guardian, 0 },
	{ "sex", take_sex, AT(resident, sex) }, { "birth", take_day, AT(resident, birth) },
	{ "village", take_village, AT(resident, village) }, { "area_code", take_code, AT(resident, area_code) },
	{ "grid", take_text, AT(resident, grid) }, { "addr_live", take_text, AT(resident, addr_live) },
	{ "addr_reg", take_text, AT(resident, addr_reg) }, { "tags", take_words, AT(resident, tags) },
	{ "risk", take_risk, AT(resident, risk) }, { "employer", take_text, AT(resident, employer) },
	{ "occupation", take_text, AT(resident, occupation) }, { "remark", take_text, AT(resident, remark) }, END
};
static const struct taker member_takers[] = {
	{ "team", take_text, AT(member, team) }, { "name", take_name, AT(member, name) },
	{ "phone", take_mobile, AT(member, phone) }, { "post", take_text, AT(member, post) },
	{ "village", take_village, AT(member, village) }, { "area_code", take_code, AT(member, area_code) },
	{ "grid", take_text, AT(member, grid) }, { "secrecy_date", take_day, AT(member, secrecy_date) },
	{ "training_date", take_day, AT(member, training_date) }, { "load_cap", take_number, AT(member, load_cap) },
	{ "remark", take_text, AT(member, remark) }, END
};
static const struct taker area_takers[] = {
	{ "code", take_code, AT(area, code) }, { "name", take_text, AT(area, name) }, { "parent", take_text, AT(area, parent) },
	{ "type", take_text, AT(area, type) }, { "aliases", take_words, AT(area, aliases) },
	{ "population", take_number, AT(area, population) }, { "leader", take_text, AT(area, leader) },
	{ "leader_phone", take_phone, AT(area, leader_phone) }, { "remark", take_text, AT(area, remark) }, END
};
static const struct taker team_takers[] = {
	{ "code", take_text, AT(team, code) }, { "name", take_text, AT(team, name) }, { "type", take_text, AT(team, type) },
	{ "village", take_village, AT(team, village) }, { "area_code", take_code, AT(team, area_code) },
	{ "grid", take_text, AT(team, grid) }, { "parent", take_text, AT(team, parent) },
	{ "leader", take_text, AT(team, leader) }, { "leader_phone", take_phone, AT(team, leader_phone) },
	{ "remark", take_text, AT(team, remark) }, END
};
static const struct taker duty_takers[] = {
	{ "team", take_text, AT(duty, team) }, { "name", take_name, AT(duty, name) }, { "phone", take_phone, AT(duty, phone) },
	{ "post", take_text, AT(duty, post) }, { "village", take_village, AT(duty, village) },
	{ "area_code", take_code, AT(duty, area_code) }, { "weekday", take_weekdays, 0 }, { "date", take_day, AT(duty, date) },
	{ "shift", take_shift, AT(duty, shift) }, { "start", take_clock_cell, AT(duty, from_min) },
	{ "end", take_clock_cell, AT(duty, to_min) }, { "off", take_off, AT(duty, off) },
	{ "member", take_member, AT(duty, member_id) }, { "remark", take_text, AT(duty, remark) }, END
};
/* clang-format on */

static const struct taker *const takers[HEADER_KINDS] = {
	[HEADER_RESIDENT] = resident_takers,
	[HEADER_MEMBER] = member_takers,
	[HEADER_AREA] = area_takers,
	[HEADER_TEAM] = team_takers,
	[HEADER_DUTY] = duty_takers,
};

/* ---- what a row must have ------------------------------------------------------------------- */

/* clang-format off */
static const struct cell_fault missing_name = { "no_name", "没有姓名或名称", "请补填姓名或名称。" };
static const struct cell_fault missing_team = { "no_team", "没有写明队伍", "请补填队伍名称。" };
static const struct cell_fault missing_phone = { "no_phone", "没有手机号", "请补填11位手机号。" };
static const struct cell_fault missing_code = { "no_code", "没有区划代码", "请补填12位区划代码。" };
static const struct cell_fault missing_day = { "no_day", "没有写明星期或日期", "请补填星期或日期。" };
static const struct cell_fault missing_who = { "no_member", "没有写明值班人", "请补填姓名或手机号。" };
static const struct cell_fault missing_key = { "name_only",
	"只有姓名，没有可用的身份证号、电话或住址", "请补填身份证号、电话、村居或住址中的一项。" };
/* clang-format on */

/* A list that was exported masked must not come back as so many people without a name. */
static const struct cell_fault masked_person = { "masked", "姓名打了星号，又没有完整的证件号和电话",
	"请用没有打星号的名单，或补填证件号、电话。" };
static const struct cell_fault masked_name = { "masked", "姓名里有代替符号", "请填写完整姓名。" };

static bool is_masked(const char *name)
{
	return strpbrk(name, "*%") != NULL;
}

static const struct cell_fault *lacks_resident(const struct people_record *p)
{
	const struct resident_record *r = &p->of.resident;
	bool place = *r->village || *r->area_code || *r->addr_live || *r->addr_reg || *r->grid;

	if (*r->name == '\0')
		return &missing_name;
	if (is_masked(r->name) && *r->id_no == '\0' && r->phone_count == 0)
		return &masked_person;
	return *r->id_no || r->phone_count > 0 || place ? NULL : &missing_key;
}

static const struct cell_fault *lacks_member(const struct people_record *p)
{
	const struct member_record *m = &p->of.member;

	if (*m->team == '\0' && *m->village == '\0' && *m->area_code == '\0')
		return &missing_team;
	if (*m->name == '\0')
		return &missing_name;
	if (is_masked(m->name))
		return &masked_name;
	return *m->phone == '\0' ? &missing_phone : NULL;
}

static const struct cell_fault *lacks_area(const struct people_record *p)
{
	if (*p->of.area.code == '\0')
		return &missing_code;
	return *p->of.area.name == '\0' ? &missing_name : NULL;
}

static const struct cell_fault *lacks_team(const struct people_record *p)
{
	return *p->of.team.name == '\0' ? &missing_name : NULL;
}

static const struct cell_fault *lacks_duty(const struct people_record *p)
{
	const struct duty_record *d = &p->of.duty;

	if (*d->name == '\0' && *d->phone == '\0' && d->member_id == 0)
		return &missing_who;
	return d->weekdays == 0 && *d->date == '\0' ? &missing_day : NULL;
}

static const struct cell_fault *(*const lacks[HEADER_KINDS])(const struct people_record *p) = {
	[HEADER_RESIDENT] = lacks_resident,
	[HEADER_MEMBER] = lacks_member,
	[HEADER_AREA] = lacks_area,
	[HEADER_TEAM] = lacks_team,
	[HEADER_DUTY] = lacks_duty,
};

/* Every text "", every number "not given". */
static void clear_record(struct people_record *p, enum header_kind kind)
{
	memset(p, 0, sizeof *p);
	p->kind = kind;
	for (const struct taker *t = takers[kind]; t->field != NULL; t++)
		if (t->take != take_number && t->take != take_clock_cell && t->take != take_off &&
			t->take != take_member && t->at != 0)
			*(const char **)(void *)((char *)p + t->at) = "";
	if (kind == HEADER_RESIDENT)
		p->of.resident.id_type = "";
	else if (kind == HEADER_MEMBER)
		p->of.member.load_cap = -1;
	else if (kind == HEADER_AREA)
		p->of.area.population = -1;
	else if (kind == HEADER_DUTY)
		p->of.duty.to_min = SHIFT_WHOLE_DAY;
}

/* What the daemon itself puts into its answers is no wish. */
static void tell_unknown(struct row *r, const struct field *f)
{
	static const struct cell_fault unknown = { "unknown_field", "成批导入不收这一项",
		"请核对字段名，或用修改单条的办法填写。" };
	static const char ours[] =
		" id created changed seq row area_name team_name member_name updated_at ";
	char word[32];

	snprintf(word, sizeof word, " %.28s ", f->label);
	if (strstr(ours, word) == NULL)
		note(r, f, &unknown);
}

static void take_field(struct row *r, const struct field *f)
{
	size_t n = f->name == NULL ? 0 : strlen(f->name);

	while (n > 0 && f->name[n - 1] >= '0' && f->name[n - 1] <= '9')
		n--; /* phone2 is phone */
	if (n == 0 && f->keyed)
		tell_unknown(r, f);
	for (const struct taker *t = takers[r->out->kind]; n > 0 && t->field != NULL; t++)
		if (strlen(t->field) == n && strncmp(t->field, f->name, n) == 0)
			t->take(r, f, (char *)r->out + t->at);
}

bool people_read(enum header_kind kind, const struct field *fields, size_t count, int row,
	const struct intake_ctx *ctx, struct arena *arena, struct people_record *out,
	struct fault *why, struct notes *notes)
{
	struct row r = { .ctx = ctx,
		.number = row,
		.arena = arena,
		.out = out,
		.why = why,
		.notes = notes,
		.fields = fields,
		.count = count };
	const struct cell_fault *lack;

	assert(kind < HEADER_KINDS && takers[kind] != NULL);
	*notes = (struct notes){ .count = 0 };
	clear_record(out, kind);
	for (size_t i = 0; i < count; i++)
		take_field(&r, &fields[i]);
	lack = lacks[kind](out);
	if (!r.refused && lack != NULL) {
		fault_set(why, lack->code, lack->why, lack->mend);
		fault_at(why, row, "", "");
		r.refused = true;
	}
	return !r.refused;
}
