package swapdeck.compile;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.JavaFileObject;

/**
 * A diagnostic with positions as an editor counts them: lines and columns from 1, columns in UTF-16 units (the
 * compiler's own columns expand tabs). 0 where there is no position. The end is exclusive.
 */
final class Problem {
    static final int LIMIT = 1000;

    final String kind;
    /** Empty when the problem belongs to no file. */
    final String path;
    final String code;
    final String message;
    int line;
    int column;
    int endLine;
    int endColumn;

    /**
     * @param inputs what was compiled, by path
     * @param afterEnd 0 where the compiler's end is exclusive, 1 where it is the last character
     */
    Problem(
            Diagnostic<? extends JavaFileObject> diagnostic,
            Map<String, Source> inputs,
            int afterEnd) {
        kind = diagnostic.getKind().name();
        code = diagnostic.getCode() == null ? "" : diagnostic.getCode();
        String text = diagnostic.getMessage(Locale.ENGLISH);
        message = text == null ? "" : text;
        JavaFileObject file = diagnostic.getSource();
        String where = file == null ? null : ProjectFiles.pathOf(file);
        path = where == null ? "" : where;
        if (file != null && diagnostic.getPosition() != Diagnostic.NOPOS) {
            JavaFileObject input = inputs.get(path);
            locate(input == null ? file : input, diagnostic, afterEnd);
        }
    }

    /** A problem of our own, in the compiler's words. */
    Problem(String path, String code, String message) {
        this.kind = Diagnostic.Kind.ERROR.name();
        this.path = path;
        this.code = code;
        this.message = message;
    }

    Found asException() {
        return new Found(this);
    }

    private void locate(JavaFileObject file, Diagnostic<? extends JavaFileObject> diagnostic, int afterEnd) {
        CharSequence content;
        try {
            content = file.getCharContent(true);
        } catch (IOException | RuntimeException unreadable) {
            line = (int) Math.max(0, diagnostic.getLineNumber());
            return;
        }
        long start = diagnostic.getStartPosition();
        long end = diagnostic.getEndPosition();
        long position = diagnostic.getPosition();
        // The compiler points at the middle of an expression; an editor underlines from its start.
        int from = (int) (start == Diagnostic.NOPOS || start > position ? position : start);
        int to = (int) (end == Diagnostic.NOPOS || end < position ? position : end + afterEnd);
        locate(content, from, to);
    }

    /** Lines and columns of two offsets; an offset past the end of the text leaves them 0. */
    void locate(CharSequence content, int from, int to) {
        int number = 1;
        int lineStart = 0;
        for (int at = 0; at <= content.length(); at++) {
            if (at == from) {
                line = number;
                column = at - lineStart + 1;
            }
            if (at >= to && at >= from) {
                endLine = number;
                endColumn = at - lineStart + 1;
                return;
            }
            if (at == content.length()) {
                return;
            }
            char c = content.charAt(at);
            boolean crlf = c == '\r' && at + 1 < content.length() && content.charAt(at + 1) == '\n';
            if (c == '\n' || c == '\r' && !crlf) {
                number++;
                lineStart = at + 1;
            }
        }
    }

    /** Stops before the compiler is asked at all. */
    static final class Found extends Exception {
        private static final long serialVersionUID = 1;
        final transient Problem problem;

        Found(Problem problem) {
            super(problem.message);
            this.problem = problem;
        }
    }
}
