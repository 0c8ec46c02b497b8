import assert from 'node:assert/strict';
import { locateClass, locateMember } from '../../../../src/hotswap/predict/locate';

const JAVA = `package demo; // class Comment { int field; }
/* class Block { int field; } */
import java.util.*;

@SuppressWarnings("class Text { int field; }")
public class Outer<T> {
  private int field = 1, other;
  static final String TEXT = """
      class Nested { int nested; }
      """;
  Outer(int a) { int local = field; field = local; }
  void f() { int field = 2; g(field); }
  void f(int a, Map<String, Integer> b) {
  }
  char quote = '"';
  static class Nested {
    int field;
    void f() { Object o = Outer.class; }
  }
  enum Kind { ONE, TWO; int field; }
  record Point(int x, int y) { void f() { } }
  int last;
}
class Second { int field; }
`;

const KOTLIN = `package demo
class Outer(val a: Int) {
  var field = 1
  fun f() = field
  companion object {
    const val N = 2
  }
  class Nested { val field: String? = null }
}
`;

describe('places of declarations in a source', () => {
  const field = (className: string, name: string, text = JAVA): number | undefined =>
    locateMember(text, className, { of: 'field', name, descriptor: 'I' });
  const method = (className: string, name: string, descriptor = '()V', text = JAVA): number | undefined =>
    locateMember(text, className, { of: 'method', name, descriptor });

  it('are found for classes, nested ones in their outer class', () => {
    assert.equal(locateClass(JAVA, 'demo/Outer'), 6);
    assert.equal(locateClass(JAVA, 'demo/Outer$Nested'), 16);
    assert.equal(locateClass(JAVA, 'demo/Outer$Point'), 21);
    assert.equal(locateClass(JAVA, 'demo/Second'), 24);
    assert.equal(locateClass(JAVA, 'demo/Comment'), undefined);
    assert.equal(locateClass(JAVA, 'demo/Outer$Second'), undefined);
    // Anonymous classes are where the class around them is.
    assert.equal(locateClass(JAVA, 'demo/Outer$1'), 6);
  });

  it('are found for fields, not for locals, texts and comments of that name', () => {
    assert.equal(field('demo/Outer', 'field'), 7);
    assert.equal(field('demo/Outer', 'other'), 7);
    assert.equal(field('demo/Outer', 'TEXT'), 8);
    assert.equal(field('demo/Outer', 'last'), 22);
    assert.equal(field('demo/Outer$Nested', 'field'), 17);
    assert.equal(field('demo/Outer$Kind', 'field'), 20);
    assert.equal(field('demo/Second', 'field'), 24);
    assert.equal(field('demo/Outer', 'local'), undefined);
    assert.equal(field('demo/Outer', 'a'), undefined);
    assert.equal(field('demo/Outer$Nested', 'nested'), undefined);
  });

  it('are found for methods and constructors, by their number of parameters', () => {
    assert.equal(method('demo/Outer', 'f'), 12);
    assert.equal(method('demo/Outer', 'f', '(ILjava/util/Map;)V'), 13);
    assert.equal(method('demo/Outer', '<init>', '(I)V'), 11);
    assert.equal(method('demo/Outer$Nested', 'f'), 18);
    assert.equal(method('demo/Outer$Point', 'f'), 21);
    assert.equal(method('demo/Outer', 'g'), undefined);
  });

  it('are found in Kotlin', () => {
    assert.equal(locateClass(KOTLIN, 'demo/Outer'), 2);
    assert.equal(field('demo/Outer', 'field', KOTLIN), 3);
    assert.equal(method('demo/Outer', 'f', '()I', KOTLIN), 4);
    assert.equal(field('demo/Outer$Nested', 'field', KOTLIN), 8);
  });

  it('are looked for to the end of whatever text there is', () => {
    for (const text of ['', '{', '}}}', '"', '/*', 'class', 'class A {', '((', '"""', 'class A { int x'])
      assert.doesNotThrow(() => [
        locateClass(text, 'A'),
        field('A', 'x', text),
        method('A', 'x', '()V', text),
      ]);
  });
});
