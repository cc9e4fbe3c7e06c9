/**
 * Checks what a file or another process has as JSON, with the names of typanion, which takes longer to load than a command
 * takes to write its entry into the access log.
 */
export type Shape<Type> = (value: unknown) => value is Type;

/** The type of what a shape accepts. */
export type InferType<Of> = Of extends Shape<infer Type> ? Type : never;

type Fields = Readonly<Record<string, Shape<unknown>>>;
/** Fields that may be missing. */
type Optional<Of extends Fields> = {
  [Name in keyof Of]: undefined extends InferType<Of[Name]> ? Name : never;
}[keyof Of];
type InferFields<Of extends Fields> = {
  [Name in Exclude<keyof Of, Optional<Of>>]: InferType<Of[Name]>;
} & { [Name in Optional<Of>]?: InferType<Of[Name]> };

export function isString(): Shape<string> {
  return (value) => typeof value === "string";
}

export function isNumber(): Shape<number> {
  return (value) => typeof value === "number";
}

export function isBoolean(): Shape<boolean> {
  return (value) => typeof value === "boolean";
}

export function isLiteral<const Type extends string | number | boolean>(expected: Type): Shape<Type> {
  return (value): value is Type => value === expected;
}

/** What may be missing. */
export function isOptional<Type>(shape: Shape<Type>): Shape<Type | undefined> {
  return (value): value is Type | undefined => value === undefined || shape(value);
}

export function isArray<Type>(shape: Shape<Type>): Shape<Type[]> {
  return (value): value is Type[] => Array.isArray(value) && value.every((each) => shape(each));
}

/** An array of two. */
export function isPair<First, Second>(first: Shape<First>, second: Shape<Second>): Shape<[First, Second]> {
  return (value): value is [First, Second] =>
    Array.isArray(value) && value.length === 2 && first(value[0]) && second(value[1]);
}

export function isOneOf<const Shapes extends readonly Shape<unknown>[]>(
  shapes: Shapes,
): Shape<InferType<Shapes[number]>> {
  return (value): value is InferType<Shapes[number]> => shapes.some((shape) => shape(value));
}

/** An object whose fields are all of one shape. */
export function isRecord<Type>(shape: Shape<Type>): Shape<Record<string, Type>> {
  return (value): value is Record<string, Type> => {
    const fields = fieldsOf(value);
    return fields !== undefined && [...fields.values()].every((each) => shape(each));
  };
}

/** An object with these fields. @param others whether it may have more */
export function isObject<Of extends Fields>(expected: Of, { others = false } = {}): Shape<InferFields<Of>> {
  const shapes = new Map(Object.entries(expected));
  return (value): value is InferFields<Of> => {
    const fields = fieldsOf(value);
    if (!fields || (!others && [...fields.keys()].some((name) => !shapes.has(name)))) return false;
    for (const [name, shape] of shapes) if (!shape(fields.get(name))) return false;
    return true;
  };
}

/** The fields of an object; what it inherits is none of them. */
function fieldsOf(value: unknown): Map<string, unknown> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value));
}
