package hello.feature;

import hello.http.Handler;
import hello.http.Request;
import hello.http.Response;

/** Answers with a feature, whose classes are loaded by the first request and not before. */
public final class FeatureHandler implements Handler {
    private final String className;
    private Feature feature;

    public FeatureHandler(String className) {
        this.className = className;
    }

    @Override
    public Response handle(Request request) throws ReflectiveOperationException {
        return Response.text(feature().answer());
    }

    private synchronized Feature feature() throws ReflectiveOperationException {
        if (feature == null) {
            feature = (Feature) Class.forName(className).getDeclaredConstructor().newInstance();
        }
        return feature;
    }
}
