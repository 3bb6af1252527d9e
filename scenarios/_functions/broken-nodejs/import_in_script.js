import fs from "fs";

exports.handler = async () => fs;
