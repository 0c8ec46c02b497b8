package hello.http;

/** The statuses that this service answers with. */
public enum Status {
    OK(200),
    NOT_FOUND(404),
    METHOD_NOT_ALLOWED(405),
    INTERNAL_ERROR(500),
    UNAVAILABLE(503);

    private final int code;

    Status(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    public boolean isError() {
        return code >= 400;
    }
}
