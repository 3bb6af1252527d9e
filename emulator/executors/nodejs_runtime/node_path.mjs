// ES modules find packages in layers too.
//
// Node looks for the packages that `require` asks for in the folders of NODE_PATH, but not for those of `import`; on
// AWS, from Node.js 18 on, both find them [blog: Node.js 18.x runtime now available in AWS Lambda]. A package that is
// not found in the usual places is looked for as if the folder of the NODE_PATH entry had asked.
//
// Hooks that run in the same thread are free (Node.js 22.15 and newer). Older ones need a thread of their own, which a
// cold start feels, so this is loaded only where there is a folder to look into. That thread loads it too, so it stands
// by itself.

import module from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

// From here on `import` looks into the folders of NODE_PATH that are called node_modules and are there.
export function searchNodePath(folders) {
  const found = folders.map((folder) => pathToFileURL(path.join(folder, "..", "any.mjs")).href); // it need not exist
  if (module.registerHooks) module.registerHooks({ resolve: resolveSynchronously(found) });
  else module.register?.(import.meta.url, { data: found });
}

function isMissingPackage(error, specifier) {
  return error.code === "ERR_MODULE_NOT_FOUND" && !/^[./]|^[a-z]+:/i.test(specifier);
}

function resolveSynchronously(places) {
  return (specifier, context, next) => {
    try {
      return next(specifier, context);
    } catch (error) {
      if (!isMissingPackage(error, specifier)) throw error;
      for (const parentURL of places) {
        try {
          return next(specifier, { ...context, parentURL });
        } catch (again) {
          if (!isMissingPackage(again, specifier)) throw again;
        }
      }
      throw error;
    }
  };
}

// --- Called by Node in the hooks' own thread ---

let places = [];

export function initialize(data) {
  places = data;
}

export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!isMissingPackage(error, specifier)) throw error;
    for (const parentURL of places) {
      try {
        return await next(specifier, { ...context, parentURL });
      } catch (again) {
        if (!isMissingPackage(again, specifier)) throw again;
      }
    }
    throw error;
  }
}
