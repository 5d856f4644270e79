#include "xlsx_part.h"

#include <assert.h>
#include <expat.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "banned.h"

enum { PIECE = 64 * 1024, FREE_OF_RATIO = 1 << 20 };

struct xlsx_parts {
	zip_t *zip;
	const struct sheet_limits *limits;
	struct fault *fault;
	size_t file_size, inflated;
	XML_Parser parser; /* of the part being read */
	const struct xlsx_handler *handler;
	enum sheet_rc rc;
	bool stopped;
};

enum sheet_rc xlsx_part_open(
	struct xlsx_parts **out, int fd, const struct sheet_limits *limits, struct fault *fault)
{
	struct xlsx_parts *p;
	struct stat st;
	int error = 0, own = dup(fd);
	zip_t *zip;

	*out = NULL;
	if (own == -1 || fstat(own, &st) != 0 || lseek(own, 0, SEEK_SET) != 0) {
		if (own != -1)
			close(own);
		return sheet_refuse(fault, SHEET_CANNOT_READ, limits);
	}
	zip = zip_fdopen(own, 0, &error);
	if (zip == NULL) {
		close(own);
		return sheet_refuse(fault, SHEET_DAMAGED, limits);
	}
	if ((size_t)zip_get_num_entries(zip, 0) > limits->entries) {
		zip_discard(zip);
		return sheet_refuse(fault, SHEET_TOO_MANY_ENTRIES, limits);
	}
	p = calloc(1, sizeof *p);
	if (p == NULL)
		abort();
	p->zip = zip;
	p->limits = limits;
	p->fault = fault;
	p->file_size = (size_t)st.st_size;
	*out = p;
	return SHEET_OK;
}

void xlsx_part_close(struct xlsx_parts *p)
{
	if (p == NULL)
		return;
	zip_discard(p->zip);
	free(p);
}

bool xlsx_part_exists(struct xlsx_parts *p, const char *path)
{
	return zip_name_locate(p->zip, path, ZIP_FL_NOCASE) >= 0;
}

void xlsx_part_stop(struct xlsx_parts *p, enum sheet_rc rc)
{
	if (p->stopped)
		return;
	p->stopped = true;
	p->rc = rc;
	XML_StopParser(p->parser, XML_FALSE);
}

enum sheet_rc xlsx_part_refuse(struct xlsx_parts *p, enum sheet_problem problem)
{
	if (p->stopped)
		return p->rc;
	sheet_refuse(p->fault, problem, p->limits);
	if (p->parser != NULL)
		xlsx_part_stop(p, SHEET_REFUSED);
	return SHEET_REFUSED;
}

static const char *local(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon == NULL ? name : colon + 1;
}

static void on_start(void *arg, const XML_Char *name, const XML_Char **attr)
{
	struct xlsx_parts *p = arg;

	if (!p->stopped)
		p->handler->start(p->handler->arg, local(name), attr);
}

static void on_end(void *arg, const XML_Char *name)
{
	struct xlsx_parts *p = arg;

	if (!p->stopped && p->handler->end != NULL)
		p->handler->end(p->handler->arg, local(name));
}

static void on_text(void *arg, const XML_Char *s, int n)
{
	struct xlsx_parts *p = arg;

	if (!p->stopped && p->handler->text != NULL)
		p->handler->text(p->handler->arg, s, n);
}

/* A workbook never has one; entities, inner and outer, begin here. */
static void on_doctype(void *arg, const XML_Char *name, const XML_Char *system_id,
	const XML_Char *public_id, int internal)
{
	(void)name, (void)system_id, (void)public_id, (void)internal;
	xlsx_part_refuse(arg, SHEET_DOCTYPE);
}

/* Counted as it comes: the sizes that the archive states are a stranger's words. */
static bool counted(struct xlsx_parts *p, size_t n)
{
	p->inflated += n;
	if (p->inflated > p->limits->inflated)
		return false;
	return p->inflated <= FREE_OF_RATIO || p->inflated / p->limits->ratio <= p->file_size;
}

static enum sheet_rc feed(struct xlsx_parts *p, zip_file_t *file)
{
	char piece[PIECE];
	zip_int64_t n;

	do {
		n = zip_fread(file, piece, sizeof piece);
		if (n < 0)
			return xlsx_part_refuse(p, SHEET_DAMAGED);
		if (!counted(p, (size_t)n))
			return xlsx_part_refuse(p, SHEET_BOMB);
		if (XML_Parse(p->parser, piece, (int)n, n == 0) != XML_STATUS_OK)
			return p->stopped ? p->rc : xlsx_part_refuse(p, SHEET_DAMAGED);
	} while (n > 0);
	return SHEET_OK;
}

static XML_Parser new_parser(struct xlsx_parts *p)
{
	XML_Parser parser = XML_ParserCreate(NULL);

	if (parser == NULL)
		abort();
	XML_SetUserData(parser, p);
	XML_SetElementHandler(parser, on_start, on_end);
	XML_SetCharacterDataHandler(parser, on_text);
	XML_SetStartDoctypeDeclHandler(parser, on_doctype);
	return parser;
}

enum sheet_rc xlsx_part_parse(
	struct xlsx_parts *p, const char *path, bool again, const struct xlsx_handler *handler)
{
	zip_int64_t index = zip_name_locate(p->zip, path, ZIP_FL_NOCASE);
	zip_file_t *file = index < 0 ? NULL : zip_fopen_index(p->zip, (zip_uint64_t)index, 0);
	size_t before = p->inflated;
	enum sheet_rc rc;

	assert(p->parser == NULL);
	if (file == NULL)
		return xlsx_part_refuse(p, SHEET_DAMAGED);
	p->handler = handler;
	p->stopped = false;
	p->rc = SHEET_OK;
	p->parser = new_parser(p);
	rc = feed(p, file);
	XML_ParserFree(p->parser);
	p->parser = NULL;
	p->stopped = false;
	if (again)
		p->inflated = before;
	zip_fclose(file);
	return rc;
}

const char *xlsx_attr(const char **attr, const char *name)
{
	for (; attr[0] != NULL; attr += 2)
		if (strcmp(local(attr[0]), name) == 0)
			return attr[1];
	return NULL;
}

bool xlsx_flag(const char **attr, const char *name)
{
	const char *v = xlsx_attr(attr, name);

	return v != NULL && (strcmp(v, "1") == 0 || strcmp(v, "true") == 0);
}

int xlsx_number(const char **attr, const char *name)
{
	const char *v = xlsx_attr(attr, name);
	int n = 0;

	if (v == NULL || *v == '\0' || strlen(v) > 9)
		return -1;
	for (; *v != '\0'; v++) {
		if (*v < '0' || *v > '9')
			return -1;
		n = n * 10 + (*v - '0');
	}
	return n;
}
