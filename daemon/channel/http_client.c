#include "http_client.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uv.h>

#include "buf.h"
#include "clock.h"

#include "banned.h"

enum { IDLE_S = 15 };

/* A connection of libcurl's, watched for it. It outlives its closing until the loop lets go. */
struct watched {
	uv_poll_t poll;
	struct http_client *client; /* NULL: let go */
	curl_socket_t fd;
	struct watched *next;
};

struct http_transfer {
	struct http_client *client;
	struct http_transfer *next;
	CURL *easy;
	struct curl_slist *header;
	char *body;
	size_t body_len;
	struct buf answer;
	size_t head_len;
	int64_t date_ms, since_ms;
	bool may_repeat;
	bool may_have_left; /* the connection stood: from here on the other side may have read it */
	http_done *done;
	void *arg;
};

struct http_client {
	uv_loop_t *loop;
	CURLM *multi; /* NULL: closed */
	uv_timer_t timer;
	struct watched *sockets;
	struct http_transfer *active, *spare;
	int busy, parallel, connect_ms;
	char *proxy, *ca_file;
	int handles; /* of the loop, not yet closed */
};

/* -- words -------------------------------------------------------------------------------- */

static const struct {
	const char *code, *text;
} whys[HTTP_WHYS] = {
	[HTTP_WHY_NONE] = { "", "" },
	[HTTP_WHY_RESOLVE] = { "resolve", "查不到服务器的地址,请检查网络和 DNS" },
	[HTTP_WHY_CONNECT] = { "connect", "连不上服务器,请检查网络和防火墙" },
	[HTTP_WHY_FORBIDDEN] = { "forbidden",
		"本机不许网关连外网:照 quanzud.service.d/cloud.conf.example 放行,再重启" },
	[HTTP_WHY_TLS] = { "tls", "服务器的证书通不过检查,请检查本机时间、ca_file 和网络出口" },
	[HTTP_WHY_PROXY] = { "proxy", "代理服务器连不上或不肯转发,请检查 proxy" },
	[HTTP_WHY_URL] = { "url", "地址写错了" },
	[HTTP_WHY_TIMEOUT] = { "timeout", "服务器没有按时回答" },
	[HTTP_WHY_CUT] = { "cut", "服务器的回答中途断了" },
	[HTTP_WHY_TOO_LARGE] = { "too_large", "服务器的回答太长" },
};

const char *http_why_code(enum http_why w)
{
	return whys[w].code;
}

const char *http_why_text(enum http_why w)
{
	return whys[w].text;
}

/* What the filter of a control group, or a firewall that says so, makes of connect(). */
static bool is_forbidden(CURLcode rc, const struct http_transfer *t)
{
	long error = 0;

	if (rc != CURLE_COULDNT_CONNECT)
		return false;
	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &error);
	return error == EPERM || error == EACCES;
}

static enum http_why why_of(CURLcode rc, const struct http_transfer *t)
{
	switch (rc) {
	case CURLE_OK:
		return HTTP_WHY_NONE;
	case CURLE_COULDNT_RESOLVE_HOST:
		return HTTP_WHY_RESOLVE;
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_PROXY:
		return HTTP_WHY_PROXY;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL: /* or what came back is no HTTP */
		return t->may_have_left ? HTTP_WHY_CUT : HTTP_WHY_URL;
	case CURLE_OPERATION_TIMEDOUT:
		return HTTP_WHY_TIMEOUT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
		return HTTP_WHY_TLS;
	case CURLE_WRITE_ERROR:
		return HTTP_WHY_TOO_LARGE;
	default:
		if (t->may_have_left)
			return HTTP_WHY_CUT;
		if (is_forbidden(rc, t))
			return HTTP_WHY_FORBIDDEN;
		return t->client->proxy != NULL ? HTTP_WHY_PROXY : HTTP_WHY_CONNECT;
	}
}

/* -- one transfer: the callbacks of libcurl, which must not call it again ---------------------- */

static size_t take_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct http_transfer *t = arg;

	return buf_add(&t->answer, bytes, size * n) ? size * n : 0;
}

static void take_date(struct http_transfer *t, const char *value, size_t n)
{
	char text[64];
	time_t at;

	if (n >= sizeof text)
		return;
	memcpy(text, value, n);
	text[n] = '\0';
	at = curl_getdate(text, NULL);
	t->date_ms = at > 0 ? (int64_t)at * 1000 : 0;
}

static size_t take_head(char *bytes, size_t size, size_t n, void *arg)
{
	static const char date[] = "date:";
	struct http_transfer *t = arg;

	n *= size;
	t->head_len += n;
	if (t->head_len > HTTP_HEAD_MAX)
		return 0;
	if (n > 5 && strncasecmp(bytes, date, 5) == 0)
		take_date(t, bytes + 5, n - 5);
	return n;
}

/*
 * The connection stands, the first byte leaves next. A second time for the same transfer means
 * that its connection died unanswered and libcurl is about to say it all again.
 */
static int about_to_send(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct http_transfer *t = arg;

	(void)ip;
	(void)local_ip;
	(void)port;
	(void)local_port;
	if (t->may_have_left && !t->may_repeat)
		return CURL_PREREQFUNC_ABORT;
	t->may_have_left = true;
	return CURL_PREREQFUNC_OK;
}

static void set_up(struct http_transfer *t)
{
	const struct http_client *c = t->client;
	CURL *e = t->easy;

	curl_easy_setopt(e, CURLOPT_PRIVATE, t);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (c->ca_file != NULL)
		curl_easy_setopt(e, CURLOPT_CAINFO, c->ca_file);
	curl_easy_setopt(e, CURLOPT_PROXY, c->proxy == NULL ? "" : c->proxy);
	curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(e, CURLOPT_USERAGENT, "quanzu");
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)c->connect_ms);
	curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, (long)IDLE_S);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_head);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, about_to_send);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, t);
}

static struct http_transfer *take_spare(struct http_client *c)
{
	struct http_transfer *t = c->spare;

	if (t != NULL) {
		c->spare = t->next;
		return t;
	}
	t = calloc(1, sizeof *t);
	if (t == NULL || (t->easy = curl_easy_init()) == NULL)
		abort();
	t->client = c;
	buf_init(&t->answer, HTTP_ANSWER_MAX);
	set_up(t);
	return t;
}

/* What was said may hold keys and numbers: gone as soon as it is not needed. */
static void forget(struct http_transfer *t)
{
	for (struct curl_slist *h = t->header; h != NULL; h = h->next)
		explicit_bzero(h->data, strlen(h->data));
	curl_slist_free_all(t->header);
	t->header = NULL;
	if (t->body != NULL)
		explicit_bzero(t->body, t->body_len);
	free(t->body);
	t->body = NULL;
	if (t->answer.data != NULL)
		explicit_bzero(t->answer.data, t->answer.cap);
	buf_clear(&t->answer);
}

static void unlink_active(struct http_transfer *t)
{
	struct http_transfer **at = &t->client->active;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	t->client->busy--;
}

static void add_header(struct http_transfer *t, const char *line)
{
	t->header = curl_slist_append(t->header, line);
	if (t->header == NULL)
		abort();
}

static bool names(const char *line, const char *name)
{
	size_t n = strlen(name);

	return strncasecmp(line, name, n) == 0 && line[n] == ':';
}

/* What is signed is what is sent: libcurl adds no type of its own and asks for no "100 Continue". */
static void set_headers(struct http_transfer *t, const struct http_request *rq)
{
	bool typed = false;

	for (int i = 0; i < rq->header_count; i++) {
		typed = typed || names(rq->header[i], "Content-Type");
		add_header(t, rq->header[i]);
	}
	if (!typed)
		add_header(t, "Content-Type:");
	add_header(t, "Expect:");
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->header);
}

static void set_method(struct http_transfer *t, const struct http_request *rq)
{
	bool post = strcmp(rq->method, "POST") == 0, get = strcmp(rq->method, "GET") == 0;

	if (post || rq->body_len > 0) {
		curl_easy_setopt(t->easy, CURLOPT_POST, 1L);
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, t->body);
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE, (long)t->body_len);
	} else {
		curl_easy_setopt(t->easy, CURLOPT_HTTPGET, 1L);
	}
	curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, post || get ? NULL : rq->method);
}

struct http_transfer *http_client_start(
	struct http_client *c, const struct http_request *rq, http_done *done, void *arg)
{
	struct http_transfer *t;

	if (c->busy == c->parallel)
		return NULL;
	t = take_spare(c);
	t->body_len = rq->body_len;
	t->body = malloc(rq->body_len + 1);
	if (t->body == NULL)
		abort();
	if (rq->body_len > 0)
		memcpy(t->body, rq->body, rq->body_len);
	t->body[rq->body_len] = '\0';
	t->head_len = 0;
	t->date_ms = 0;
	t->since_ms = clock_mono_ms();
	t->may_repeat = rq->may_repeat;
	t->may_have_left = false;
	t->done = done;
	t->arg = arg;
	set_headers(t, rq);
	set_method(t, rq);
	curl_easy_setopt(t->easy, CURLOPT_URL, rq->url);
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)rq->timeout_ms);
	t->next = c->active;
	c->active = t;
	c->busy++;
	/* (It only asks for a time-out of zero: the work begins when the loop comes round.) */
	if (curl_multi_add_handle(c->multi, t->easy) != CURLM_OK)
		abort();
	return t;
}

static void put_back(struct http_transfer *t)
{
	forget(t);
	t->next = t->client->spare;
	t->client->spare = t;
}

bool http_client_cancel(struct http_transfer *t)
{
	bool may_have_left = t->may_have_left;

	unlink_active(t);
	curl_multi_remove_handle(t->client->multi, t->easy);
	put_back(t);
	return may_have_left;
}

static void answer_of(struct http_transfer *t, CURLcode rc, struct http_answer *a)
{
	long status = 0;
	const char *type = NULL;

	*a = (struct http_answer){ .why = why_of(rc, t),
		.body = "",
		.content_type = "",
		.took_ms = clock_mono_ms() - t->since_ms };
	if (rc != CURLE_OK) {
		a->outcome = t->may_have_left ? HTTP_SILENT : HTTP_NOT_SENT;
		return;
	}
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type);
	a->outcome = HTTP_ANSWERED;
	a->status = (int)status;
	a->body = buf_str(&t->answer);
	a->len = t->answer.len;
	a->content_type = type == NULL ? "" : type;
	a->date_ms = t->date_ms;
}

static void finish(struct http_transfer *t, CURLcode rc)
{
	struct http_client *c = t->client;
	struct http_answer a;

	answer_of(t, rc, &a);
	unlink_active(t);
	curl_multi_remove_handle(c->multi, t->easy);
	t->done(t->arg, &a);
	if (c->multi != NULL) {
		put_back(t);
		return;
	}
	forget(t); /* done() has closed the client */
	buf_free(&t->answer);
	curl_easy_cleanup(t->easy);
	free(t);
}

/* -- the loop ----------------------------------------------------------------------------- */

static void look_for_ends(struct http_client *c)
{
	struct http_transfer *t;
	CURLMsg *m;
	int left;

	while (c->multi != NULL && (m = curl_multi_info_read(c->multi, &left)) != NULL) {
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
		finish(t, m->data.result);
	}
}

static void act(struct http_client *c, curl_socket_t fd, int events)
{
	int running;

	curl_multi_socket_action(c->multi, fd, events, &running);
	look_for_ends(c);
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
	struct watched *s = poll->data;

	act(s->client, s->fd,
		status < 0 ? CURL_CSELECT_ERR
			   : ((events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0) |
				     ((events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0));
}

static void on_timer(uv_timer_t *timer)
{
	act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static void free_when_closed(struct http_client *c)
{
	if (--c->handles > 0)
		return;
	free(c);
}

static void socket_gone(uv_handle_t *h)
{
	struct watched *s = h->data;
	struct http_client *c = s->client;

	free(s);
	free_when_closed(c);
}

static void timer_gone(uv_handle_t *h)
{
	free_when_closed(h->data);
}

/* Before libcurl closes the descriptor: its number may be another one's a moment later. */
static void let_go(struct watched *s)
{
	struct watched **at = &s->client->sockets;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	uv_poll_stop(&s->poll);
	uv_close((uv_handle_t *)&s->poll, socket_gone);
}

static struct watched *watch(struct http_client *c, curl_socket_t fd)
{
	struct watched *s = calloc(1, sizeof *s);

	if (s == NULL)
		abort();
	s->client = c;
	s->fd = fd;
	if (uv_poll_init_socket(c->loop, &s->poll, fd) != 0)
		abort();
	s->poll.data = s;
	s->next = c->sockets;
	c->sockets = s;
	c->handles++;
	curl_multi_assign(c->multi, fd, s);
	return s;
}

static int on_interest(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket)
{
	struct http_client *c = arg;
	struct watched *s = socket;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s != NULL)
			let_go(s);
		return 0;
	}
	if (s == NULL)
		s = watch(c, fd);
	uv_poll_start(&s->poll,
		((what & CURL_POLL_IN) != 0 ? UV_READABLE : 0) |
			((what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0),
		on_socket);
	return 0;
}

static int on_time(CURLM *multi, long ms, void *arg)
{
	struct http_client *c = arg;

	(void)multi;
	if (ms < 0)
		uv_timer_stop(&c->timer);
	else
		uv_timer_start(&c->timer, on_timer, (uint64_t)ms, 0);
	return 0;
}

/* -- life --------------------------------------------------------------------------------- */

static char *copy(const char *s)
{
	char *out = s == NULL || s[0] == '\0' ? NULL : strdup(s);

	if (s != NULL && s[0] != '\0' && out == NULL)
		abort();
	return out;
}

struct http_client *http_client_new(struct uv_loop_s *loop, const struct http_config *config)
{
	static bool ready;
	struct http_client *c = calloc(1, sizeof *c);

	assert(config->parallel >= 1 && config->parallel <= HTTP_PARALLEL_MAX);
	if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		abort();
	ready = true;
	if (c == NULL || (c->multi = curl_multi_init()) == NULL)
		abort();
	c->loop = loop;
	c->parallel = config->parallel;
	c->connect_ms = config->connect_ms;
	c->proxy = copy(config->proxy);
	c->ca_file = copy(config->ca_file);
	uv_timer_init(loop, &c->timer);
	c->timer.data = c;
	c->handles = 1;
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_interest);
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_time);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, (long)config->parallel);
	curl_multi_setopt(c->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)config->parallel);
	return c;
}

int http_client_busy(const struct http_client *c)
{
	return c->busy;
}

static void free_spares(struct http_client *c)
{
	while (c->spare != NULL) {
		struct http_transfer *t = c->spare;

		c->spare = t->next;
		buf_free(&t->answer);
		curl_easy_cleanup(t->easy);
		free(t);
	}
}

void http_client_close(struct http_client *c)
{
	while (c->active != NULL)
		http_client_cancel(c->active);
	free_spares(c);
	while (c->sockets != NULL)
		let_go(c->sockets);
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, NULL);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, NULL);
	curl_multi_cleanup(c->multi);
	c->multi = NULL;
	if (c->proxy != NULL)
		explicit_bzero(c->proxy, strlen(c->proxy));
	free(c->proxy);
	free(c->ca_file);
	c->proxy = c->ca_file = NULL;
	uv_timer_stop(&c->timer);
	uv_close((uv_handle_t *)&c->timer, timer_gone);
}
